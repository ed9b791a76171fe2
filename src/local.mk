cairn_SOURCES = %D%/cairn.c
cairn_LDADD = $(LIBS_ALL)
cairn_fcgi_SOURCES = %D%/worker.c
cairn_fcgi_LDADD = $(LIBS_ALL)
libcairn_a_SOURCES += %D%/serve.c %D%/serve.h %D%/routes.c %D%/routes.h
EXTRA_DIST += %D%/README
