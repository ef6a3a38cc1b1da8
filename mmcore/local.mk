# The engine: libc only, except fdt.c. One file per line, in alphabetical order.
mmcore_sources =
mmcore_sources += %D%/arena.c
mmcore_sources += %D%/arena.h
mmcore_sources += %D%/cpu.c
mmcore_sources += %D%/cpu.h
mmcore_sources += %D%/kernel.c
mmcore_sources += %D%/kernel.h
mmcore_sources += %D%/mm.h
mmcore_sources += %D%/node.c
mmcore_sources += %D%/node.h
mmcore_sources += %D%/pcp.c
mmcore_sources += %D%/pcp.h
mmcore_sources += %D%/rules.c
mmcore_sources += %D%/rules.h
mmcore_sources += %D%/steps/zonelists.c
mmcore_sources += %D%/table.c
mmcore_sources += %D%/table.h
mmcore_sources += %D%/trace.c
mmcore_sources += %D%/trace.h
mmcore_sources += %D%/types.h
mmcore_sources += %D%/version.c
mmcore_sources += %D%/watermark.c
mmcore_sources += %D%/watermark.h
mmcore_sources += %D%/zonelist.c
mmcore_sources += %D%/zonelist.h

mmcore_cppflags = -iquote $(srcdir)/mmcore

noinst_LIBRARIES += %D%/libmmcore.a
%C%_libmmcore_a_SOURCES = $(mmcore_sources)
%C%_libmmcore_a_CPPFLAGS = $(AM_CPPFLAGS) $(mmcore_cppflags)
%C%_libmmcore_a_CFLAGS = $(WARN_CFLAGS)

# The same for tests, with sanitizers.
check_LIBRARIES += %D%/libmmcore_san.a
%C%_libmmcore_san_a_SOURCES = $(mmcore_sources)
%C%_libmmcore_san_a_CPPFLAGS = $(AM_CPPFLAGS) $(mmcore_cppflags)
