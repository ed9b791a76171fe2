# `make bench`: Cairn and the reference side by side, and the floor.  No part of
# `make check`: it takes minutes, and a figure is neither right nor wrong.
#
#	make bench BENCH_ARGS='--size small --only log-metric'

bench_programs = %D%/client %D%/floor
EXTRA_PROGRAMS = $(bench_programs)
tests_bench_client_SOURCES = %D%/client.c %D%/clock.c %D%/clock.h %D%/reply.c %D%/reply.h %D%/script.c \
	%D%/script.h
tests_bench_client_LDADD =
tests_bench_floor_SOURCES = %D%/floor.c %D%/clock.c %D%/clock.h %D%/floor.h %D%/floor_db.c %D%/floor_db.h \
	%D%/floor_ops.c
tests_bench_floor_LDADD = $(MARIADB_LIBS) -lpthread
CLEANFILES += $(bench_programs)
EXTRA_DIST += %D%/README %D%/bench.py %D%/measure.py %D%/report.py %D%/scenarios.py %D%/seed.py

BENCH_ARGS =
bench: all $(bench_programs)
	python3 $(srcdir)/%D%/bench.py --build '$(abs_top_builddir)' $(BENCH_ARGS)
.PHONY: bench
