# The program and the unit tests as other compilers make them, for tests/hard.py: hard/KIND/mmscope, hard/KIND/tests/unit/test-*.
# The main Makefile's check-build says what they are made of; what is embedded is data, and taken as it was built.
#
#	make check-build KIND=clang GOAL=mmscope

CLANG ?= clang
I686 ?= i686-linux-gnu-gcc
ASAN = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

CC_clang = $(CLANG) -O3
CC_clang-san = $(CLANG) -O1 $(ASAN)
CC_gcc-O0 = gcc -O0
CC_tsan = gcc -O1 -fsanitize=thread
# Counters in the profile file itself, mapped: a worker may open no file, and one that is killed has counted all the same.
CC_coverage = $(CLANG) -O1 -fprofile-instr-generate -fcoverage-mapping -mllvm -runtime-counter-relocation
CC_fuzzer = $(CLANG) -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -DLIBFUZZER
LINK_fuzzer = -fsanitize=fuzzer
# What writes events, and no more; SYSROOT has its three libraries.
CC_i686 = $(I686) -O2 -isystem $(SYSROOT)/usr/include
LINK_i686 = -static
LIBS_i686 = $(addprefix $(SYSROOT)/usr/lib/i386-linux-gnu/,libfdt.a libjansson.a liblzma.a)
PARTS_i686 = mmcore/% daemon/base/% daemon/texts/% daemon/input/% daemon/answers/%

CC = $(CC_$(KIND))
DIR = hard/$(KIND)
FLAGS = -std=gnu11 -g -w -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -iquote $(SRC) -iquote $(SRC)/mmcore $(DEFINES)
sources = $(filter-out daemon/base/coding.c,$(filter $(PARTS_$(KIND)),$(SOURCES)))
objects = $(patsubst %.c,$(DIR)/%.o,$(if $(PARTS_$(KIND)),$(sources),$(SOURCES)))
assets = $(if $(PARTS_$(KIND)),$(DIR)/daemon/asset_data.o,daemon/libassets.a)
libs = $(or $(LIBS_$(KIND)),$(LIBS) $(TEST_LIBS)) -lm -lpthread

mmscope: $(DIR)/mmscope
determinism: $(DIR)/determinism
units: $(addprefix $(DIR)/,$(UNITS))
fuzz: $(DIR)/fuzz-board $(DIR)/fuzz-image
.PHONY: mmscope determinism units fuzz

link = $(CC) -w $(LINK_$(KIND)) -Wl,--build-id -o $@ $< $(DIR)/all.a $(assets) $(libs)

$(DIR)/mmscope: $(DIR)/daemon/main.o $(DIR)/all.a $(assets)
	$(link)
$(DIR)/determinism: $(DIR)/tests/determinism.o $(DIR)/all.a $(assets)
	$(link)
$(DIR)/fuzz-%: $(DIR)/tests/fuzz/fuzz-%.o $(DIR)/all.a $(assets)
	$(link)
$(DIR)/tests/unit/%: $(DIR)/tests/unit/%.o $(DIR)/all.a $(assets)
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

.PRECIOUS: $(DIR)/%.o
-include $(patsubst %.o,%.d,$(objects)) $(wildcard $(DIR)/tests/*.d $(DIR)/tests/*/*.d)
