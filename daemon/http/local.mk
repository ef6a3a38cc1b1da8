# HTTP: sockets, exchanges, replies, streams; knows nothing of runs.
# One file per line, in alphabetical order.
daemon_sources += %D%/accept.c
daemon_sources += %D%/accept.h
daemon_sources += %D%/exchange.c
daemon_sources += %D%/exchange.h
daemon_sources += %D%/host_check.c
daemon_sources += %D%/host_check.h
daemon_sources += %D%/journal.c
daemon_sources += %D%/journal.h
daemon_sources += %D%/kept_response.c
daemon_sources += %D%/kept_response.h
daemon_sources += %D%/listen.c
daemon_sources += %D%/listen.h
daemon_sources += %D%/peer.c
daemon_sources += %D%/peer.h
daemon_sources += %D%/problem.c
daemon_sources += %D%/problem.h
daemon_sources += %D%/reply.c
daemon_sources += %D%/reply.h
daemon_sources += %D%/server.c
daemon_sources += %D%/server.h
daemon_sources += %D%/stream.c
daemon_sources += %D%/stream.h
