# The sandboxed processes that execute runs, and the server's end of them.
# One file per line, in alphabetical order.
daemon_sources += %D%/checked_log.c
daemon_sources += %D%/checked_log.h
daemon_sources += %D%/confined.c
daemon_sources += %D%/confined.h
daemon_sources += %D%/helper.c
daemon_sources += %D%/helper.h
daemon_sources += %D%/log_reader.c
daemon_sources += %D%/log_reader.h
daemon_sources += %D%/privilege.c
daemon_sources += %D%/privilege.h
daemon_sources += %D%/profiler.c
daemon_sources += %D%/profiler.h
daemon_sources += %D%/ready.c
daemon_sources += %D%/ready.h
daemon_sources += %D%/runner.c
daemon_sources += %D%/runner.h
daemon_sources += %D%/runner_proto.h
daemon_sources += %D%/sandbox.c
daemon_sources += %D%/sandbox.h
daemon_sources += %D%/sandbox_try.c
daemon_sources += %D%/upload.c
daemon_sources += %D%/upload.h
daemon_sources += %D%/worker.c
daemon_sources += %D%/worker.h
