# Scripts and files around the program. One file per line, in alphabetical order.
EXTRA_DIST += %D%/conformance.sh
EXTRA_DIST += %D%/embed.sh
EXTRA_DIST += %D%/format.sh
EXTRA_DIST += %D%/mutate.py
EXTRA_DIST += %D%/mutate.sh
EXTRA_DIST += %D%/run.sh
EXTRA_DIST += %D%/screenshots.sh
EXTRA_DIST += %D%/seed-coverage.mjs
EXTRA_DIST += %D%/seed-coverage.sh
EXTRA_DIST += %D%/setup.sh
EXTRA_DIST += %D%/source-files.py
EXTRA_DIST += %D%/test.sh
EXTRA_DIST += %D%/boards/large.py
EXTRA_DIST += %D%/capture/README.md
EXTRA_DIST += %D%/capture/boot.py
EXTRA_DIST += %D%/capture/fetch.sh
EXTRA_DIST += %D%/capture/freelists.py
EXTRA_DIST += %D%/capture/uefi.py
EXTRA_DIST += %D%/capture/init
EXTRA_DIST += %D%/capture/live.sh
EXTRA_DIST += %D%/captures/pack.sh
EXTRA_DIST += %D%/ci/README.md
EXTRA_DIST += %D%/ci/action.yml
EXTRA_DIST += %D%/ci/comment.sh
EXTRA_DIST += %D%/ci/dt-check.sh
EXTRA_DIST += %D%/ci/gitlab-ci.yml
EXTRA_DIST += %D%/ci/workflow.yml
EXTRA_DIST += %D%/container/Containerfile
EXTRA_DIST += %D%/man/api.awk
EXTRA_DIST += %D%/man/profile.awk
EXTRA_DIST += %D%/man/roff.awk
EXTRA_DIST += %D%/nginx/mmscope.conf
EXTRA_DIST += %D%/profile/README.md
EXTRA_DIST += %D%/profile/compare.py
EXTRA_DIST += %D%/profile/make-profile.py
EXTRA_DIST += %D%/profile/params-6.7.txt
EXTRA_DIST += %D%/profile/same.sh
EXTRA_DIST += %D%/profile/sites.py
EXTRA_DIST += %D%/systemd/mmscope.service.in
EXTRA_DIST += %D%/systemd/mmscope.socket

# The program itself says what its completion and its manual pages are (daemon/cli/command.h). A file's name must be
# the program's. Under the prefix, so that an ordinary user can install.
bashcompdir = $(datadir)/bash-completion/completions
zshcompdir = $(datadir)/zsh/site-functions
fishcompdir = $(datadir)/fish/vendor_completions.d
man1dir = $(mandir)/man1
man5dir = $(mandir)/man5
man7dir = $(mandir)/man7
systemdunitdir = $(prefix)/lib/systemd/system
command_names = `./mmscope help | sed -n 's/^  \([a-z]*\)  .*/\1/p'`

install-data-local: mmscope$(EXEEXT)
	$(MKDIR_P) $(DESTDIR)$(bashcompdir) $(DESTDIR)$(zshcompdir) $(DESTDIR)$(fishcompdir) $(DESTDIR)$(man1dir)
	$(MKDIR_P) $(DESTDIR)$(man5dir) $(DESTDIR)$(man7dir)
	$(MKDIR_P) $(DESTDIR)$(systemdunitdir)
	sed 's,%BINDIR%,$(bindir),' $(srcdir)/contrib/systemd/mmscope.service.in >$(DESTDIR)$(systemdunitdir)/mmscope.service
	cp $(srcdir)/contrib/systemd/mmscope.socket $(DESTDIR)$(systemdunitdir)/mmscope.socket
	./mmscope completion bash >$(DESTDIR)$(bashcompdir)/mmscope
	./mmscope completion zsh >$(DESTDIR)$(zshcompdir)/_mmscope
	./mmscope completion fish >$(DESTDIR)$(fishcompdir)/mmscope.fish
	./mmscope man >$(DESTDIR)$(man1dir)/mmscope.1
	$(AWK) -v version=$(VERSION) -f $(srcdir)/contrib/man/roff.awk -f $(srcdir)/contrib/man/profile.awk $(srcdir)/daemon/schemas/kernel.json \
		>$(DESTDIR)$(man5dir)/mmscope-profile.5
	$(AWK) -v version=$(VERSION) -f $(srcdir)/contrib/man/roff.awk -f $(srcdir)/contrib/man/api.awk $(srcdir)/daemon/schemas/openapi.json \
		>$(DESTDIR)$(man7dir)/mmscope-api.7
	for c in $(command_names); do ./mmscope man $$c >$(DESTDIR)$(man1dir)/mmscope-$$c.1 || exit 1; done
uninstall-local:
	rm -f $(DESTDIR)$(bashcompdir)/mmscope $(DESTDIR)$(zshcompdir)/_mmscope $(DESTDIR)$(fishcompdir)/mmscope.fish
	rm -f $(DESTDIR)$(systemdunitdir)/mmscope.service $(DESTDIR)$(systemdunitdir)/mmscope.socket
	rm -f $(DESTDIR)$(man5dir)/mmscope-profile.5 $(DESTDIR)$(man7dir)/mmscope-api.7
	rm -f $(DESTDIR)$(man1dir)/mmscope.1 $(DESTDIR)$(man1dir)/mmscope-*.1
