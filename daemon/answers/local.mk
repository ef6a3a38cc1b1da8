# A request, executed, and everything that can be said of it; pure functions.
# One file per line, in alphabetical order.
daemon_sources += %D%/artifact.c
daemon_sources += %D%/artifact.h
daemon_sources += %D%/encode.c
daemon_sources += %D%/encode.h
daemon_sources += %D%/encode_freelists.c
daemon_sources += %D%/encode_freelists.h
daemon_sources += %D%/encode_manifest.c
daemon_sources += %D%/encode_manifest.h
daemon_sources += %D%/explain.c
daemon_sources += %D%/explain.h
daemon_sources += %D%/from_log.c
daemon_sources += %D%/from_log.h
daemon_sources += %D%/metrics.c
daemon_sources += %D%/metrics.h
daemon_sources += %D%/replay.c
daemon_sources += %D%/replay.h
daemon_sources += %D%/run.c
daemon_sources += %D%/run.h
daemon_sources += %D%/svg.c
daemon_sources += %D%/svg.h
daemon_sources += %D%/table_read.c
daemon_sources += %D%/table_read.h
daemon_sources += %D%/verify.c
daemon_sources += %D%/verify.h
