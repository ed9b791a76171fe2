# `make check`: unit programs, the style of the house, the fuzzers' corpora, and
# the layers that need Python: store, cli and rest.  What a missing tool keeps
# from running is a SKIP that names it; with REQUIRE=all it is a failure.

unit_tests = \
	%D%/unit/artifact_fault \
	%D%/unit/artifact_path \
	%D%/unit/artifact_root \
	%D%/unit/artifact_type \
	%D%/unit/artifact_zip \
	%D%/unit/base_buf \
	%D%/unit/base_str \
	%D%/unit/conf_backend \
	%D%/unit/base_near \
	%D%/unit/base_percentile \
	%D%/unit/conf_host \
	%D%/unit/conf_options \
	%D%/unit/graphql_parse \
	%D%/unit/graphql_run \
	%D%/unit/http_accept \
	%D%/unit/http_origin \
	%D%/unit/http_query \
	%D%/unit/http_response \
	%D%/unit/http_route \
	%D%/unit/json_decode \
	%D%/unit/json_read \
	%D%/unit/json_skim \
	%D%/unit/json_write \
	%D%/unit/otlp_batch \
	%D%/unit/otlp_inflate \
	%D%/unit/otlp_translate \
	%D%/unit/otlp_usage \
	%D%/unit/search_filter \
	%D%/unit/search_lex \
	%D%/unit/search_metric_filter \
	%D%/unit/search_order \
	%D%/unit/search_page \
	%D%/unit/store_kv \
	%D%/unit/store_owners \
	%D%/unit/store_where

LDADD = $(LIBS_ALL)

fuzz_names = artifact_path filter graphql headers json order_by otlp_json otlp_protobuf \
	page_token query route
replays = \
	%D%/fuzz/replay_artifact_path \
	%D%/fuzz/replay_filter \
	%D%/fuzz/replay_graphql \
	%D%/fuzz/replay_headers \
	%D%/fuzz/replay_json \
	%D%/fuzz/replay_order_by \
	%D%/fuzz/replay_otlp_json \
	%D%/fuzz/replay_otlp_protobuf \
	%D%/fuzz/replay_page_token \
	%D%/fuzz/replay_query \
	%D%/fuzz/replay_route
tests_fuzz_replay_artifact_path_SOURCES = %D%/fuzz/replay.c %D%/fuzz/fuzz_artifact_path.c
tests_fuzz_replay_filter_SOURCES = %D%/fuzz/replay.c %D%/fuzz/fuzz_filter.c
tests_fuzz_replay_graphql_SOURCES = %D%/fuzz/replay.c %D%/fuzz/fuzz_graphql.c
tests_fuzz_replay_headers_SOURCES = %D%/fuzz/replay.c %D%/fuzz/fuzz_headers.c
tests_fuzz_replay_json_SOURCES = %D%/fuzz/replay.c %D%/fuzz/fuzz_json.c
tests_fuzz_replay_order_by_SOURCES = %D%/fuzz/replay.c %D%/fuzz/fuzz_order_by.c
tests_fuzz_replay_otlp_json_SOURCES = %D%/fuzz/replay.c %D%/fuzz/fuzz_otlp_json.c
tests_fuzz_replay_otlp_protobuf_SOURCES = %D%/fuzz/replay.c %D%/fuzz/fuzz_otlp_protobuf.c
tests_fuzz_replay_page_token_SOURCES = %D%/fuzz/replay.c %D%/fuzz/fuzz_page_token.c
tests_fuzz_replay_query_SOURCES = %D%/fuzz/replay.c %D%/fuzz/fuzz_query.c
tests_fuzz_replay_route_SOURCES = %D%/fuzz/replay.c %D%/fuzz/fuzz_route.c

# No test by itself: tests/store runs it on databases.
check_PROGRAMS += $(unit_tests) $(replays) %D%/unit/store_statements
check_SCRIPTS = %D%/style.test %D%/fuzz.test %D%/store.test %D%/cli.test %D%/rest.test
TESTS += $(unit_tests) $(check_SCRIPTS)

LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
TEST_EXTENSIONS = .test
TEST_LOG_DRIVER = $(LOG_DRIVER)
AM_TESTS_ENVIRONMENT = \
	CAIRN_SOURCE='$(abs_top_srcdir)' CAIRN_BUILD='$(abs_top_builddir)'; \
	export CAIRN_SOURCE CAIRN_BUILD;

# Everything that needs no Python packages.
tests_c = $(unit_tests) %D%/style.test %D%/fuzz.test
check-c:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(tests_c)'
# The logs that it leaves, for whoever counts what is in them.
check-c-logs:
	@for t in $(tests_c); do echo $${t%.test}.log; done
.PHONY: check-c check-c-logs

# The fuzzers proper, with --enable-fuzzing and clang: `make fuzz FUZZ_SECONDS=60`.
FUZZ_SECONDS = 60
if FUZZING
fuzzers = \
	%D%/fuzz/fuzz_artifact_path \
	%D%/fuzz/fuzz_filter \
	%D%/fuzz/fuzz_graphql \
	%D%/fuzz/fuzz_headers \
	%D%/fuzz/fuzz_json \
	%D%/fuzz/fuzz_order_by \
	%D%/fuzz/fuzz_otlp_json \
	%D%/fuzz/fuzz_otlp_protobuf \
	%D%/fuzz/fuzz_page_token \
	%D%/fuzz/fuzz_query \
	%D%/fuzz/fuzz_route
noinst_PROGRAMS = $(fuzzers)
tests_fuzz_fuzz_artifact_path_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_filter_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_graphql_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_headers_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_json_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_order_by_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_otlp_json_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_otlp_protobuf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_page_token_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_query_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_route_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif

fuzz: $(fuzzers)
	@test -n '$(fuzzers)' || { echo 'configure with --enable-fuzzing CC=clang'; exit 1; }
	for name in $(fuzz_names); do \
		$(MKDIR_P) fuzz-corpus/$$name && \
		$(builddir)/%D%/fuzz/fuzz_$$name -max_total_time=$(FUZZ_SECONDS) -timeout=10 \
		    -verbosity=0 fuzz-corpus/$$name $(srcdir)/%D%/fuzz/corpus/$$name || exit 1; \
	done
.PHONY: fuzz

# The same traffic to this build and to the reference (CAIRN_PYTHON: the interpreter
# of its release): `make diff DIFF_FLAGS='--part sessions --seconds 3600 --seed 7'`.
diff: cairn cairn.fcgi
	CAIRN_MLFLOW_PYTHON='$(CAIRN_PYTHON)' PYTHONDONTWRITEBYTECODE=1 $(CAIRN_PYTHON) \
	    $(srcdir)/%D%/diff/diff.py --build $(builddir) $(DIFF_FLAGS)
.PHONY: diff

EXTRA_DIST += $(check_SCRIPTS) %D%/browser %D%/notebook %D%/stack %D%/weather %D%/pytest.sh \
	%D%/servers.py %D%/on-disk %D%/unit/tap.h \
	%D%/unit/otlp_samples.h %D%/unit/otlp_translate.txt \
	%D%/style/check.py %D%/diff %D%/fuzz/corpus %D%/store %D%/cli %D%/rest %D%/fresh %D%/README
