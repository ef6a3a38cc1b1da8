# Bytes, numbers, text, files and time: what every other room stands on.
# One file per line, in alphabetical order.
daemon_sources += %D%/asset.c
daemon_sources += %D%/asset.h
daemon_sources += %D%/blob.c
daemon_sources += %D%/blob.h
daemon_sources += %D%/bytes.c
daemon_sources += %D%/bytes.h
daemon_sources += %D%/cache.c
daemon_sources += %D%/cache.h
daemon_sources += %D%/clock.h
daemon_sources += %D%/diff.c
daemon_sources += %D%/diff.h
daemon_sources += %D%/encode_object.c
daemon_sources += %D%/encode_object.h
daemon_sources += %D%/event_index.c
daemon_sources += %D%/event_index.h
daemon_sources += %D%/fail.c
daemon_sources += %D%/fail.h
daemon_sources += %D%/number.c
daemon_sources += %D%/number.h
daemon_sources += %D%/sha256.c
daemon_sources += %D%/sha256.h
daemon_sources += %D%/slurp.c
daemon_sources += %D%/slurp.h
daemon_sources += %D%/words.c
daemon_sources += %D%/words.h
