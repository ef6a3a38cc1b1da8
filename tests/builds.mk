# The program, the unit tests and a driver as other compilers make them, for tests/hard.py: hard/KIND/mmscope,
# hard/KIND/tests/unit/test-*, hard/KIND/determinism.  The main Makefile's check-build says what they are made of; what is
# embedded is data, and taken as it was built.
#
#	make check-build KIND=clang GOAL=determinism

CLANG ?= clang
I686 ?= i686-linux-gnu-gcc
SAN = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# One build answers two questions: what runs, and does it run without a report of a sanitizer.  Counters are in the profile
# file itself, mapped: a worker may open no file, and one that is killed has counted all the same.
CC_covered = $(CLANG) -O0 $(SAN) -fprofile-instr-generate -fcoverage-mapping -mllvm -runtime-counter-relocation
# ASan has a malloc() of its own, which nothing can be preloaded in front of: here tests/torture/fail.c is linked in.
EXTRA_covered = tests/torture/fail.c
WRAPPED = malloc calloc realloc strdup strndup asprintf vasprintf memfd_create socketpair fork sendmsg send pipe2 writev read write \
	epoll_ctl open open64
LINK_covered = $(addprefix -Wl$(comma)--wrap=,$(WRAPPED))

# Only what the server's threads run: workers and commands have one thread.
CC_tsan = gcc -O1 -fsanitize=thread
PARTS_tsan = daemon/base/% daemon/http/% daemon/input/% daemon/serve/% daemon/worker/% daemon/cli/cmd_serve.c
REST_tsan = daemon/libdaemon.a mmcore/libmmcore.a

# The engine alone, behind the writers of events as they were built.
CC_clang = $(CLANG) -O3
PARTS_clang = mmcore/%
REST_clang = daemon/libdaemon.a
CC_gcc-O0 = gcc -O0
PARTS_gcc-O0 = mmcore/%
REST_gcc-O0 = daemon/libdaemon.a

# What writes events, and no more; SYSROOT has its libraries.
CC_i686 = $(I686) -O1 -isystem $(SYSROOT)/usr/include
PARTS_i686 = mmcore/% daemon/base/% daemon/texts/% daemon/input/% daemon/answers/%
NOT_i686 = daemon/base/coding.c
LINK_i686 = -static
LIBS_i686 = $(addprefix $(SYSROOT)/usr/lib/i386-linux-gnu/,libfdt.a libjansson.a liblzma.a libz.a)
ASSETS_i686 = hard/i686/daemon/asset_data.o

CC_fuzzer = $(CLANG) -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -DLIBFUZZER
LINK_fuzzer = -fsanitize=fuzzer

comma = ,
CC = $(CC_$(KIND))
DIR = hard/$(KIND)
FLAGS = -std=gnu11 -g1 -w -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -iquote $(SRC) -iquote $(SRC)/mmcore $(DEFINES)
sources = $(filter-out $(NOT_$(KIND)),$(filter $(or $(PARTS_$(KIND)),%),$(SOURCES)))
objects = $(patsubst %.c,$(DIR)/%.o,$(sources))
extra = $(patsubst %.c,$(DIR)/%.o,$(EXTRA_$(KIND)))
assets = $(or $(ASSETS_$(KIND)),daemon/libassets.a)
libs = $(or $(LIBS_$(KIND)),$(LIBS) $(TEST_LIBS)) -lm -lpthread
parts = $(DIR)/all.a $(REST_$(KIND)) $(assets)
# What is not made anew may ask for what is.
linked = $(if $(REST_$(KIND)),-Wl$(comma)--whole-archive $(DIR)/all.a -Wl$(comma)--no-whole-archive,$(DIR)/all.a) $(REST_$(KIND)) $(assets)

mmscope: $(DIR)/mmscope
determinism: $(DIR)/determinism
units: $(addprefix $(DIR)/,$(UNITS))
fuzz: $(DIR)/fuzz-board $(DIR)/fuzz-image
.PHONY: mmscope determinism units fuzz

link = $(CC) -w $(LINK_$(KIND)) -Wl,--build-id -o $@ $< $(extra) $(linked) $(libs)

$(DIR)/mmscope: $(DIR)/daemon/main.o $(extra) $(parts)
	$(link)
$(DIR)/determinism: $(DIR)/tests/determinism.o $(extra) $(parts)
	$(link)
$(DIR)/fuzz-%: $(DIR)/tests/fuzz/fuzz-%.o $(extra) $(parts)
	$(link)
$(DIR)/tests/unit/%: $(DIR)/tests/unit/%.o $(extra) $(parts)
	$(link)

$(DIR)/all.a: $(objects)
	@rm -f $@
	ar -cr $@ $^

$(DIR)/%.o: $(SRC)/%.c
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -MMD -c -o $@ $<
# asset_data.c
$(DIR)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -MMD -c -o $@ $<
# It is the counter itself, not a thing to be counted.
$(DIR)/tests/torture/fail.o: $(SRC)/tests/torture/fail.c
	@mkdir -p $(@D)
	$(firstword $(CC)) -O1 -g1 -w -DLINKED -c -o $@ $<

# Objects are kept, but not half of one where the build is stopped.
.SECONDARY:
.DELETE_ON_ERROR:
-include $(patsubst %.o,%.d,$(objects)) $(wildcard $(DIR)/tests/*.d $(DIR)/tests/*/*.d)
