# What is served: routes, their handlers, and what is kept for them.
# One file per line, in alphabetical order.
daemon_sources += %D%/answer.c
daemon_sources += %D%/answer.h
daemon_sources += %D%/ask.h
daemon_sources += %D%/files.c
daemon_sources += %D%/handlers.h
daemon_sources += %D%/handlers_about.c
daemon_sources += %D%/handlers_ask.c
daemon_sources += %D%/handlers_events.c
daemon_sources += %D%/handlers_kernel.c
daemon_sources += %D%/handlers_library.c
daemon_sources += %D%/handlers_live.c
daemon_sources += %D%/handlers_run.c
daemon_sources += %D%/handlers_sweep.c
daemon_sources += %D%/live.c
daemon_sources += %D%/live.h
daemon_sources += %D%/name.c
daemon_sources += %D%/name.h
daemon_sources += %D%/openapi.c
daemon_sources += %D%/openapi.h
daemon_sources += %D%/route.c
daemon_sources += %D%/route.h
daemon_sources += %D%/serve.h
daemon_sources += %D%/store.c
daemon_sources += %D%/store.h
daemon_sources += %D%/sweep_plan.c
daemon_sources += %D%/sweep_plan.h
