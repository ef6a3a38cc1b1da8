# The program mmscope: everything but main.c is a library, so that tests link what ships.
# Each room lists its files.
daemon_sources =
include daemon/base/local.mk
include daemon/texts/local.mk
include daemon/image/local.mk
include daemon/input/local.mk
include daemon/answers/local.mk
include daemon/doctor/local.mk
include daemon/worker/local.mk
include daemon/http/local.mk
include daemon/serve/local.mk
include daemon/cli/local.mk

daemon_cflags = $(JANSSON_CFLAGS) $(LZMA_CFLAGS) $(MHD_CFLAGS) $(ARCHIVE_CFLAGS) $(DW_CFLAGS) $(SECCOMP_CFLAGS) $(ZLIB_CFLAGS) $(ZSTD_CFLAGS)
daemon_cppflags = $(AM_CPPFLAGS) -DRULES_URI='"$(RULES_URI)"'
daemon_libs = $(FDT_LIBS) $(JANSSON_LIBS) $(LZMA_LIBS) $(MHD_LIBS) $(ARCHIVE_LIBS) $(LZO_LIBS) $(DW_LIBS) $(SECCOMP_LIBS) $(ZLIB_LIBS) $(ZSTD_LIBS)

bin_PROGRAMS += mmscope
mmscope_SOURCES = %D%/main.c
mmscope_CFLAGS = $(WARN_CFLAGS) $(daemon_cflags)
mmscope_LDFLAGS = -Wl,--build-id
mmscope_LDADD = daemon/libdaemon.a daemon/libassets.a mmcore/libmmcore.a $(daemon_libs)

noinst_LIBRARIES += %D%/libdaemon.a
%C%_libdaemon_a_SOURCES = $(daemon_sources)
%C%_libdaemon_a_CPPFLAGS = $(daemon_cppflags)
%C%_libdaemon_a_CFLAGS = $(WARN_CFLAGS) $(daemon_cflags)

# The same for tests, with sanitizers: make check builds it, so it is there only with tests.
if TESTS_ON
check_LIBRARIES += %D%/libdaemon_san.a
endif
%C%_libdaemon_san_a_SOURCES = $(daemon_sources)
%C%_libdaemon_san_a_CPPFLAGS = $(daemon_cppflags)
%C%_libdaemon_san_a_CFLAGS = $(AM_CFLAGS) $(daemon_cflags)

# What the API's documents look like. One file per line, in alphabetical order.
schemas =
schemas += %D%/schemas/articles.json
schemas += %D%/schemas/ask.json
schemas += %D%/schemas/boards.json
schemas += %D%/schemas/check.json
schemas += %D%/schemas/concepts.json
schemas += %D%/schemas/diff.json
schemas += %D%/schemas/event.json
schemas += %D%/schemas/explain.json
schemas += %D%/schemas/history.json
schemas += %D%/schemas/kernel.json
schemas += %D%/schemas/kernels.json
schemas += %D%/schemas/log.json
schemas += %D%/schemas/manifest.json
schemas += %D%/schemas/openapi.json
schemas += %D%/schemas/phase.json
schemas += %D%/schemas/problem.json
schemas += %D%/schemas/problems.json
schemas += %D%/schemas/report.json
schemas += %D%/schemas/service.json
schemas += %D%/schemas/state.json
schemas += %D%/schemas/trust.json
EXTRA_DIST += $(schemas)

# The page, the boards, the kernel profiles and the schemas, as C.
asset_args = \
	$(foreach f,$(web_files) $(web_bundled) $(web_texts),web/$(f)=web/www/$(f)) \
	$(foreach f,$(boards_dtb),$(f)=$(f)) \
	$(foreach f,$(boards_files),$(f)=$(srcdir)/$(f)) \
	$(foreach f,$(schemas),schemas/$(notdir $(f))=$(srcdir)/$(f)) \
	$(foreach f,$(texts_files),$(f)=$(srcdir)/$(f))

noinst_LIBRARIES += %D%/libassets.a
nodist_%C%_libassets_a_SOURCES = %D%/asset_data.c
%C%_libassets_a_CFLAGS = $(WARN_CFLAGS)

%D%/asset_data.c: $(web_staged) $(web_texts_staged) $(boards_dtb) $(boards_files) $(schemas) $(texts_files) \
		contrib/embed.sh web/local.mk boards/local.mk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(SHELL) $(srcdir)/contrib/embed.sh $(asset_args) >$@.tmp && mv -f $@.tmp $@

CLEANFILES += %D%/asset_data.c
