# Configuration belongs to the administrator: what is there is never overwritten,
# a newer one is put beside it as NAME.new.  Made from NAME.in with this build's paths.
ETC_FILES = %D%/lighttpd.conf %D%/lighttpd-workers.conf %D%/apache.conf %D%/cairn.conf
UNITS = %D%/cairn.service %D%/cairn-workers@.service %D%/cairn-lighttpd.service
MADE = $(ETC_FILES) $(UNITS) doc/cairn.8
EXTRA_DIST += %D%/lighttpd.conf.in %D%/apache.conf.in %D%/cairn.conf.in %D%/cairn.service.in \
	%D%/cairn-workers@.service.in %D%/cairn-lighttpd.service.in %D%/cairn.sysusers
CLEANFILES += $(MADE)
etcdir = $(sysconfdir)/cairn
cairndatadir = $(datadir)/cairn
unitdir = $(prefix)/lib/systemd/system
sysusersdir = $(prefix)/lib/sysusers.d
noinst_DATA = $(MADE)

SUBST = sed -e 's,[@]bindir[@],$(bindir),g' \
	-e 's,[@]cairndatadir[@],$(cairndatadir),g' \
	-e 's,[@]cairnlibexecdir[@],$(cairnlibexecdir),g' \
	-e 's,[@]etcdir[@],$(etcdir),g' \
	-e 's,[@]sysusersdir[@],$(sysusersdir),g' \
	-e 's,[@]unitdir[@],$(unitdir),g'

%D%/lighttpd.conf: $(srcdir)/%D%/lighttpd.conf.in
%D%/apache.conf: $(srcdir)/%D%/apache.conf.in
%D%/cairn.conf: $(srcdir)/%D%/cairn.conf.in
%D%/cairn.service: $(srcdir)/%D%/cairn.service.in
%D%/cairn-workers@.service: $(srcdir)/%D%/cairn-workers@.service.in
%D%/cairn-lighttpd.service: $(srcdir)/%D%/cairn-lighttpd.service.in
doc/cairn.8: $(srcdir)/doc/cairn.8.in
%D%/lighttpd.conf %D%/apache.conf %D%/cairn.conf $(UNITS) doc/cairn.8: Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(SUBST) $(srcdir)/$@.in >$@.tmp && mv $@.tmp $@
# for workers that lighttpd does not start
%D%/lighttpd-workers.conf: %D%/lighttpd.conf
	$(AM_V_GEN)sed '/\# bin-path only$$/d' %D%/lighttpd.conf >$@.tmp && mv $@.tmp $@

install-data-local: install-etc
install-etc: $(MADE)
	$(MKDIR_P) '$(DESTDIR)$(etcdir)' '$(DESTDIR)$(unitdir)' '$(DESTDIR)$(sysusersdir)'
	@for f in $(ETC_FILES); do \
		to='$(DESTDIR)$(etcdir)'/$${f##*/}; \
		if cmp -s $$f "$$to"; then continue; fi; \
		if test -e "$$to"; then \
			echo "$$to is kept; the new one is $${f##*/}.new"; to=$$to.new; \
		fi; \
		$(INSTALL_DATA) $$f "$$to" || exit 1; \
	done
	$(INSTALL_DATA) $(UNITS) '$(DESTDIR)$(unitdir)'
	$(INSTALL_DATA) $(srcdir)/%D%/cairn.sysusers '$(DESTDIR)$(sysusersdir)/cairn.conf'

# What the administrator has changed stays.
uninstall-local: uninstall-etc
uninstall-etc: $(ETC_FILES)
	@for f in $(ETC_FILES); do \
		to='$(DESTDIR)$(etcdir)'/$${f##*/}; \
		rm -f "$$to.new"; \
		if cmp -s $$f "$$to"; then rm -f "$$to"; fi; \
	done
	for f in $(UNITS); do rm -f '$(DESTDIR)$(unitdir)'/$${f##*/}; done
	rm -f '$(DESTDIR)$(sysusersdir)/cairn.conf'
	-rmdir '$(DESTDIR)$(etcdir)' 2>/dev/null

.PHONY: install-etc uninstall-etc
