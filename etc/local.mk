# Configuration belongs to the administrator: what is there is never overwritten,
# a newer one is put beside it as NAME.new.  In the tree the files hold the default
# paths; installed, the paths of this build.
ETC_FILES = lighttpd.conf lighttpd-workers.conf apache.conf cairn.conf
UNITS = cairn.service cairn-workers.service cairn-lighttpd.service
EXTRA_DIST += %D%/lighttpd.conf %D%/apache.conf %D%/cairn.conf %D%/cairn.service \
	%D%/cairn-workers.service %D%/cairn-lighttpd.service %D%/cairn.sysusers
CLEANFILES += %D%/*.tmp
etcdir = $(sysconfdir)/cairn
unitdir = $(prefix)/lib/systemd/system
sysusersdir = $(prefix)/lib/sysusers.d

ETC_SUBST = sed -e 's,/usr/local/libexec/cairn,$(cairnlibexecdir),g' \
	-e 's,/usr/local/etc/cairn,$(etcdir),g' \
	-e 's,/usr/local/bin,$(bindir),g'

# the text of an installed file
ETC_TEXT = case $$f in \
	lighttpd-workers.conf) sed '/\# bin-path only$$/d' $(srcdir)/%D%/lighttpd.conf ;; \
	*) cat $(srcdir)/%D%/$$f ;; \
	esac | $(ETC_SUBST)

install-data-local: install-etc
install-etc:
	$(MKDIR_P) %D% '$(DESTDIR)$(etcdir)' '$(DESTDIR)$(unitdir)' '$(DESTDIR)$(sysusersdir)'
	@for f in $(ETC_FILES); do \
		to='$(DESTDIR)$(etcdir)'/$$f; \
		$(ETC_TEXT) >%D%/$$f.tmp || exit 1; \
		if cmp -s %D%/$$f.tmp "$$to"; then continue; fi; \
		if test -e "$$to"; then \
			echo "$$to is kept; the new one is $$f.new"; to=$$to.new; \
		fi; \
		$(INSTALL_DATA) %D%/$$f.tmp "$$to" || exit 1; \
	done
	@for f in $(UNITS); do \
		$(ETC_SUBST) $(srcdir)/%D%/$$f >%D%/$$f.tmp && \
		$(INSTALL_DATA) %D%/$$f.tmp '$(DESTDIR)$(unitdir)'/$$f || exit 1; \
	done
	$(INSTALL_DATA) $(srcdir)/%D%/cairn.sysusers '$(DESTDIR)$(sysusersdir)/cairn.conf'

# What the administrator has changed stays.
uninstall-local: uninstall-etc
uninstall-etc:
	$(MKDIR_P) %D%
	@for f in $(ETC_FILES); do \
		to='$(DESTDIR)$(etcdir)'/$$f; \
		$(ETC_TEXT) >%D%/$$f.tmp || exit 1; \
		rm -f "$$to.new"; \
		if cmp -s %D%/$$f.tmp "$$to"; then rm -f "$$to"; fi; \
	done
	for f in $(UNITS); do rm -f '$(DESTDIR)$(unitdir)'/$$f; done
	rm -f '$(DESTDIR)$(sysusersdir)/cairn.conf'
	-rmdir '$(DESTDIR)$(etcdir)' 2>/dev/null

.PHONY: install-etc uninstall-etc
