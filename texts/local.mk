# What the program says of a boot, as data: see ARCHITECTURE.md, "Texts".
# One file per line, in alphabetical order.
texts_files =
texts_files += %D%/articles.json
texts_files += %D%/concepts.json
texts_files += %D%/functions.json
texts_files += %D%/sentences.json
EXTRA_DIST += $(texts_files)
# The words of the Chinese texts: for whoever writes them, and for tests.
EXTRA_DIST += %D%/terms.json
