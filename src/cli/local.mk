libcairn_a_SOURCES += \
	%D%/address.c %D%/address.h \
	%D%/child.c %D%/child.h \
	%D%/db.c %D%/db.h \
	%D%/embedded.c %D%/embedded.h \
	%D%/handover.c %D%/handover.h \
	%D%/healthcheck.c %D%/healthcheck.h \
	%D%/lighttpd.c %D%/lighttpd.h \
	%D%/login.c %D%/login.h \
	%D%/pool.c %D%/pool.h \
	%D%/routes.c %D%/routes.h \
	%D%/rules.c %D%/rules.h \
	%D%/rundir.c %D%/rundir.h \
	%D%/server.c %D%/server.h \
	%D%/stop.c %D%/stop.h \
	%D%/version.c %D%/version.h
