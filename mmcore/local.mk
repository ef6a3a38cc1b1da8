# The engine: libc only, except fdt.c. One file per line, in alphabetical order.
mmcore_sources =
mmcore_sources += %D%/mm.h
mmcore_sources += %D%/version.c

mmcore_cppflags = -iquote $(srcdir)/mmcore

noinst_LIBRARIES += %D%/libmmcore.a
%C%_libmmcore_a_SOURCES = $(mmcore_sources)
%C%_libmmcore_a_CPPFLAGS = $(AM_CPPFLAGS) $(mmcore_cppflags)
%C%_libmmcore_a_CFLAGS = $(WARN_CFLAGS)

# The same for tests, with sanitizers.
check_LIBRARIES += %D%/libmmcore_san.a
%C%_libmmcore_san_a_SOURCES = $(mmcore_sources)
%C%_libmmcore_san_a_CPPFLAGS = $(AM_CPPFLAGS) $(mmcore_cppflags)
