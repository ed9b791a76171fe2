# The schema: 3.17.2.sql is compiled into tables.c and columns.h in the build directory.
libcairn_a_SOURCES += \
	%D%/migrate.c %D%/migrate.h \
	%D%/schema/check.c %D%/schema/check.h \
	%D%/schema/lock.c %D%/schema/lock.h \
	%D%/schema/revisions.def \
	%D%/schema/schema.h \
	%D%/schema/stmt_schema.def
nodist_libcairn_a_SOURCES = %D%/schema/tables.c %D%/schema/columns.h
BUILT_SOURCES += %D%/schema/columns.h
EXTRA_DIST += %D%/schema/3.17.2.sql %D%/schema/tables.awk
CLEANFILES += %D%/schema/tables.c %D%/schema/tables.c.tmp \
	%D%/schema/columns.h %D%/schema/columns.h.tmp

%D%/schema/tables.c: %D%/schema/3.17.2.sql %D%/schema/tables.awk
	$(AM_V_GEN)$(MKDIR_P) %D%/schema
	$(AM_V_at)$(AWK) -f $(srcdir)/%D%/schema/tables.awk \
	    $(srcdir)/%D%/schema/3.17.2.sql >$@.tmp
	$(AM_V_at)mv $@.tmp $@

%D%/schema/columns.h: %D%/schema/3.17.2.sql %D%/schema/tables.awk
	$(AM_V_GEN)$(MKDIR_P) %D%/schema
	$(AM_V_at)$(AWK) -v part=widths -f $(srcdir)/%D%/schema/tables.awk \
	    $(srcdir)/%D%/schema/3.17.2.sql >$@.tmp
	$(AM_V_at)mv $@.tmp $@
