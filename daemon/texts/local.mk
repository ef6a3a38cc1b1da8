# Sentences about a boot, made of the catalogue in texts/: the page and -o explain say the same.
# One file per line, in alphabetical order.
daemon_sources += %D%/changes.c
daemon_sources += %D%/changes.h
daemon_sources += %D%/decode_sentences.c
daemon_sources += %D%/decode_sentences.h
daemon_sources += %D%/decode_texts.c
daemon_sources += %D%/decode_texts.h
daemon_sources += %D%/moment.c
daemon_sources += %D%/moment.h
daemon_sources += %D%/sums.c
daemon_sources += %D%/sums.h
daemon_sources += %D%/teller.c
daemon_sources += %D%/teller.h
