# The program mmscope: everything but main.c is a library, so that tests link what ships.
# One file per line, in alphabetical order.
daemon_sources =
daemon_sources += %D%/artifact.h
daemon_sources += %D%/bytes.h
daemon_sources += %D%/request.h

daemon_cflags = $(JANSSON_CFLAGS) $(MHD_CFLAGS)
daemon_libs = $(FDT_LIBS) $(JANSSON_LIBS) $(MHD_LIBS)

bin_PROGRAMS += mmscope
mmscope_SOURCES = %D%/main.c
mmscope_CFLAGS = $(WARN_CFLAGS) $(daemon_cflags)
mmscope_LDFLAGS =
mmscope_LDADD = daemon/libdaemon.a mmcore/libmmcore.a $(daemon_libs)

noinst_LIBRARIES += %D%/libdaemon.a
%C%_libdaemon_a_SOURCES = $(daemon_sources)
%C%_libdaemon_a_CFLAGS = $(WARN_CFLAGS) $(daemon_cflags)

# The same for tests, with sanitizers.
check_LIBRARIES += %D%/libdaemon_san.a
%C%_libdaemon_san_a_SOURCES = $(daemon_sources)
%C%_libdaemon_san_a_CFLAGS = $(AM_CFLAGS) $(daemon_cflags)
