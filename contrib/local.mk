# Scripts and files around the program. One file per line, in alphabetical order.
EXTRA_DIST += %D%/conformance.sh
EXTRA_DIST += %D%/embed.sh
EXTRA_DIST += %D%/format.sh
EXTRA_DIST += %D%/mutate.sh
EXTRA_DIST += %D%/run.sh
EXTRA_DIST += %D%/screenshots.sh
EXTRA_DIST += %D%/seed-coverage.py
EXTRA_DIST += %D%/seed-coverage.sh
EXTRA_DIST += %D%/setup.sh
EXTRA_DIST += %D%/test.sh
EXTRA_DIST += %D%/boards/large.py
EXTRA_DIST += %D%/capture/README.md
EXTRA_DIST += %D%/capture/boot.py
EXTRA_DIST += %D%/capture/fetch.sh
EXTRA_DIST += %D%/capture/freelists.py
EXTRA_DIST += %D%/capture/init
EXTRA_DIST += %D%/capture/live.sh
EXTRA_DIST += %D%/captures/pack.sh
EXTRA_DIST += %D%/profile/config-keys.txt
EXTRA_DIST += %D%/profile/image.py
EXTRA_DIST += %D%/profile/make-profile.py
EXTRA_DIST += %D%/profile/params-6.7.txt
EXTRA_DIST += %D%/profile/sites.py
EXTRA_DIST += %D%/completion/mmscope.bash

# Under the prefix, so that an ordinary user can install; the file's name must be the program's.
bashcompdir = $(datadir)/bash-completion/completions
install-data-local:
	$(MKDIR_P) $(DESTDIR)$(bashcompdir)
	$(INSTALL_DATA) $(srcdir)/contrib/completion/mmscope.bash $(DESTDIR)$(bashcompdir)/mmscope
uninstall-local:
	rm -f $(DESTDIR)$(bashcompdir)/mmscope
