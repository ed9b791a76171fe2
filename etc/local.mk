# Configuration belongs to the administrator: what is there is never overwritten,
# a newer one is put beside it as NAME.new.  In the tree the files hold the default
# paths; installed, the paths of this build.
ETC_FILES = lighttpd.conf apache.conf cairn.conf
EXTRA_DIST += %D%/lighttpd.conf %D%/apache.conf %D%/cairn.conf %D%/cairn.service
CLEANFILES += %D%/*.tmp
etcdir = $(sysconfdir)/cairn
unitdir = $(prefix)/lib/systemd/system

ETC_SUBST = sed -e 's,/usr/local/libexec/cairn,$(cairnlibexecdir),g' \
	-e 's,/usr/local/etc/cairn,$(etcdir),g' \
	-e 's,/usr/local/bin,$(bindir),g'

install-data-local: install-etc
install-etc:
	$(MKDIR_P) %D% '$(DESTDIR)$(etcdir)' '$(DESTDIR)$(unitdir)'
	@for f in $(ETC_FILES); do \
		to='$(DESTDIR)$(etcdir)'/$$f; \
		$(ETC_SUBST) $(srcdir)/%D%/$$f >%D%/$$f.tmp || exit 1; \
		if cmp -s %D%/$$f.tmp "$$to"; then continue; fi; \
		if test -e "$$to"; then \
			echo "$$to is kept; the new one is $$f.new"; to=$$to.new; \
		fi; \
		$(INSTALL_DATA) %D%/$$f.tmp "$$to" || exit 1; \
	done
	$(ETC_SUBST) $(srcdir)/%D%/cairn.service >%D%/cairn.service.tmp
	$(INSTALL_DATA) %D%/cairn.service.tmp '$(DESTDIR)$(unitdir)/cairn.service'

# What the administrator has changed stays.
uninstall-local: uninstall-etc
uninstall-etc:
	$(MKDIR_P) %D%
	@for f in $(ETC_FILES); do \
		to='$(DESTDIR)$(etcdir)'/$$f; \
		$(ETC_SUBST) $(srcdir)/%D%/$$f >%D%/$$f.tmp || exit 1; \
		rm -f "$$to.new"; \
		if cmp -s %D%/$$f.tmp "$$to"; then rm -f "$$to"; fi; \
	done
	rm -f '$(DESTDIR)$(unitdir)/cairn.service'
	-rmdir '$(DESTDIR)$(etcdir)' 2>/dev/null

.PHONY: install-etc uninstall-etc
