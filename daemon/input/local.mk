# What defines a run: boards, kernels and recorded boots, read and made one request.
# One file per line, in alphabetical order.
daemon_sources += %D%/ask_fields.c
daemon_sources += %D%/ask_fields.h
daemon_sources += %D%/capture.c
daemon_sources += %D%/capture.h
daemon_sources += %D%/decode.c
daemon_sources += %D%/decode.h
daemon_sources += %D%/encode_history.c
daemon_sources += %D%/encode_history.h
daemon_sources += %D%/encode_request.c
daemon_sources += %D%/encode_request.h
daemon_sources += %D%/facts.c
daemon_sources += %D%/facts.h
daemon_sources += %D%/library.c
daemon_sources += %D%/library.h
daemon_sources += %D%/request.c
daemon_sources += %D%/request.h
daemon_sources += %D%/settings.c
daemon_sources += %D%/settings.h
daemon_sources += %D%/shelf.c
daemon_sources += %D%/shelf.h
daemon_sources += %D%/sibling.c
daemon_sources += %D%/sibling.h
daemon_sources += %D%/summary.c
daemon_sources += %D%/summary.h
