# The web pages are MLflow's and come from a package index: `make install-ui`
# fetches them, `make install` does not.  UI_WHEEL=FILE names a wheel at hand.
EXTRA_DIST += %D%/fetch-ui
UI_WHEEL =
uidir = $(datadir)/cairn/ui

install-ui:
	$(srcdir)/%D%/fetch-ui --wheel='$(UI_WHEEL)' '$(DESTDIR)$(uidir)'

uninstall-local: uninstall-ui
uninstall-ui:
	rm -rf '$(DESTDIR)$(uidir)'
	-rmdir '$(DESTDIR)$(datadir)/cairn' 2>/dev/null

.PHONY: install-ui uninstall-ui
