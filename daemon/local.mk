# The program mmscope: everything but main.c is a library, so that tests link what ships.
# One file per line, in alphabetical order.
daemon_sources =
daemon_sources += %D%/accept.c
daemon_sources += %D%/accept.h
daemon_sources += %D%/answer.c
daemon_sources += %D%/answer.h
daemon_sources += %D%/artifact.c
daemon_sources += %D%/artifact.h
daemon_sources += %D%/asset.c
daemon_sources += %D%/asset.h
daemon_sources += %D%/blob.c
daemon_sources += %D%/blob.h
daemon_sources += %D%/bytes.c
daemon_sources += %D%/bytes.h
daemon_sources += %D%/cache.c
daemon_sources += %D%/cache.h
daemon_sources += %D%/capture.c
daemon_sources += %D%/capture.h
daemon_sources += %D%/cli.c
daemon_sources += %D%/cli.h
daemon_sources += %D%/clock.h
daemon_sources += %D%/cmd_boards.c
daemon_sources += %D%/cmd_boot.c
daemon_sources += %D%/cmd_kernels.c
daemon_sources += %D%/cmd_list.c
daemon_sources += %D%/cmd_list.h
daemon_sources += %D%/cmd_serve.c
daemon_sources += %D%/cmd_verify.c
daemon_sources += %D%/decode.c
daemon_sources += %D%/decode.h
daemon_sources += %D%/diff.c
daemon_sources += %D%/diff.h
daemon_sources += %D%/encode.c
daemon_sources += %D%/encode.h
daemon_sources += %D%/event_index.c
daemon_sources += %D%/event_index.h
daemon_sources += %D%/exchange.c
daemon_sources += %D%/exchange.h
daemon_sources += %D%/explain.c
daemon_sources += %D%/explain.h
daemon_sources += %D%/facts.c
daemon_sources += %D%/facts.h
daemon_sources += %D%/fail.c
daemon_sources += %D%/fail.h
daemon_sources += %D%/files.c
daemon_sources += %D%/handlers.h
daemon_sources += %D%/handlers_about.c
daemon_sources += %D%/handlers_ask.c
daemon_sources += %D%/handlers_events.c
daemon_sources += %D%/handlers_library.c
daemon_sources += %D%/handlers_run.c
daemon_sources += %D%/helper.c
daemon_sources += %D%/helper.h
daemon_sources += %D%/host_check.c
daemon_sources += %D%/host_check.h
daemon_sources += %D%/library.c
daemon_sources += %D%/library.h
daemon_sources += %D%/listen.c
daemon_sources += %D%/listen.h
daemon_sources += %D%/number.c
daemon_sources += %D%/number.h
daemon_sources += %D%/problem.c
daemon_sources += %D%/problem.h
daemon_sources += %D%/reply.c
daemon_sources += %D%/reply.h
daemon_sources += %D%/request.c
daemon_sources += %D%/request.h
daemon_sources += %D%/route.c
daemon_sources += %D%/route.h
daemon_sources += %D%/run.c
daemon_sources += %D%/run.h
daemon_sources += %D%/runner.c
daemon_sources += %D%/runner.h
daemon_sources += %D%/runner_proto.h
daemon_sources += %D%/sandbox.c
daemon_sources += %D%/sandbox.h
daemon_sources += %D%/serve.h
daemon_sources += %D%/server.c
daemon_sources += %D%/server.h
daemon_sources += %D%/settings.c
daemon_sources += %D%/settings.h
daemon_sources += %D%/sha256.c
daemon_sources += %D%/sha256.h
daemon_sources += %D%/sibling.c
daemon_sources += %D%/sibling.h
daemon_sources += %D%/slurp.c
daemon_sources += %D%/slurp.h
daemon_sources += %D%/store.c
daemon_sources += %D%/store.h
daemon_sources += %D%/stream.c
daemon_sources += %D%/stream.h
daemon_sources += %D%/summary.c
daemon_sources += %D%/summary.h
daemon_sources += %D%/svg.c
daemon_sources += %D%/svg.h
daemon_sources += %D%/table_read.c
daemon_sources += %D%/table_read.h
daemon_sources += %D%/verify.c
daemon_sources += %D%/verify.h
daemon_sources += %D%/worker.c
daemon_sources += %D%/worker.h

daemon_cflags = $(JANSSON_CFLAGS) $(MHD_CFLAGS)
daemon_libs = $(FDT_LIBS) $(JANSSON_LIBS) $(MHD_LIBS)

bin_PROGRAMS += mmscope
mmscope_SOURCES = %D%/main.c
mmscope_CFLAGS = $(WARN_CFLAGS) $(daemon_cflags)
mmscope_LDFLAGS =
mmscope_LDADD = daemon/libdaemon.a daemon/libassets.a mmcore/libmmcore.a $(daemon_libs)

noinst_LIBRARIES += %D%/libdaemon.a
%C%_libdaemon_a_SOURCES = $(daemon_sources)
%C%_libdaemon_a_CFLAGS = $(WARN_CFLAGS) $(daemon_cflags)

# The same for tests, with sanitizers.
check_LIBRARIES += %D%/libdaemon_san.a
%C%_libdaemon_san_a_SOURCES = $(daemon_sources)
%C%_libdaemon_san_a_CFLAGS = $(AM_CFLAGS) $(daemon_cflags)

# What the API's documents look like. One file per line, in alphabetical order.
schemas =
schemas += %D%/schemas/ask.json
schemas += %D%/schemas/boards.json
schemas += %D%/schemas/event.json
schemas += %D%/schemas/manifest.json
schemas += %D%/schemas/openapi.json
schemas += %D%/schemas/problem.json
schemas += %D%/schemas/state.json
EXTRA_DIST += $(schemas)

# The page, the boards, the kernel profiles and the schemas, as C.
asset_args = \
	$(foreach f,$(web_files) $(web_bundled),web/$(f)=web/www/$(f)) \
	$(foreach f,$(boards_dtb),$(f)=$(f)) \
	$(foreach f,$(boards_files),$(f)=$(srcdir)/$(f)) \
	$(foreach f,$(schemas),schemas/$(notdir $(f))=$(srcdir)/$(f))

noinst_LIBRARIES += %D%/libassets.a
nodist_%C%_libassets_a_SOURCES = %D%/asset_data.c
%C%_libassets_a_CFLAGS = $(WARN_CFLAGS)

%D%/asset_data.c: $(web_staged) $(boards_dtb) $(boards_files) $(schemas) \
		contrib/embed.sh web/local.mk boards/local.mk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(SHELL) $(srcdir)/contrib/embed.sh $(asset_args) >$@.tmp && mv -f $@.tmp $@

CLEANFILES += %D%/asset_data.c
