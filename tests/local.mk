# make check. Every test speaks TAP, so that single tests are counted, not programs.
TEST_EXTENSIONS = .sh .mjs .py
# A test that hangs is one that fails; those that drive a browser or boot thousands of times have more time, for a loaded machine.
LOG_COMPILER = timeout 300
TAP_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(TAP_DRIVER)
SH_LOG_DRIVER = $(TAP_DRIVER)
MJS_LOG_DRIVER = $(TAP_DRIVER)
PY_LOG_DRIVER = $(TAP_DRIVER)
SH_LOG_COMPILER = timeout 900 bash
MJS_LOG_COMPILER = timeout 900 node --test-reporter=tap
PY_LOG_COMPILER = timeout 300 python3

# Tests find the source tree, the build tree and the program here.
AM_TESTS_ENVIRONMENT = \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	SRCDIR='$(abs_top_srcdir)'; export SRCDIR; \
	BUILDDIR='$(abs_top_builddir)'; export BUILDDIR; \
	MMSCOPE='$(abs_top_builddir)/mmscope'; export MMSCOPE; \
	MMSCOPE_SAN='$(abs_top_builddir)/tests/mmscope-san'; export MMSCOPE_SAN;

# Unit tests of the engine: one line each; the source is NAME.c, one cmocka group each.
# They link the engine and nothing else. Libraries are the defaults of LDADD below.
unit_tests =
unit_tests += %D%/unit/test-allocator
unit_tests += %D%/unit/test-arena
unit_tests += %D%/unit/test-board
unit_tests += %D%/unit/test-bootmem
unit_tests += %D%/unit/test-buddy
unit_tests += %D%/unit/test-causes
unit_tests += %D%/unit/test-chunks
unit_tests += %D%/unit/test-cmdline
unit_tests += %D%/unit/test-fdt
unit_tests += %D%/unit/test-fragmentation
unit_tests += %D%/unit/test-gfp
unit_tests += %D%/unit/test-hashtable
unit_tests += %D%/unit/test-history
unit_tests += %D%/unit/test-init_mm
unit_tests += %D%/unit/test-kernel
unit_tests += %D%/unit/test-loader
unit_tests += %D%/unit/test-ledger
unit_tests += %D%/unit/test-memblock
unit_tests += %D%/unit/test-node
unit_tests += %D%/unit/test-of_address
unit_tests += %D%/unit/test-ops
unit_tests += %D%/unit/test-out-of-memory
unit_tests += %D%/unit/test-pagetable
unit_tests += %D%/unit/test-pcp
unit_tests += %D%/unit/test-percpu
unit_tests += %D%/unit/test-process
unit_tests += %D%/unit/test-reports
unit_tests += %D%/unit/test-script
unit_tests += %D%/unit/test-slab
unit_tests += %D%/unit/test-steps-boot
unit_tests += %D%/unit/test-steps-caches
unit_tests += %D%/unit/test-steps-late
unit_tests += %D%/unit/test-steps-reserve
unit_tests += %D%/unit/test-steps-setup
unit_tests += %D%/unit/test-steps-sparse
unit_tests += %D%/unit/test-steps-start
unit_tests += %D%/unit/test-steps-sysctl
unit_tests += %D%/unit/test-steps-zones
unit_tests += %D%/unit/test-summary
unit_tests += %D%/unit/test-trace
unit_tests += %D%/unit/test-version
unit_tests += %D%/unit/test-watermark
unit_tests += %D%/unit/test-zonelist
EXTRA_DIST += %D%/unit/booted_machine.h
EXTRA_DIST += %D%/unit/step_machine.h
EXTRA_DIST += %D%/unit/zone_machine.h
EXTRA_DIST += %D%/figures.json

# Unit tests of the daemon. A line here, and NAME_LDADD = $(daemon_test_ldadd) below.
daemon_tests =
daemon_tests += %D%/unit/test-accept
daemon_tests += %D%/unit/test-asset
daemon_tests += %D%/unit/test-bzip2
daemon_tests += %D%/unit/test-cgroup
daemon_tests += %D%/unit/test-confined
daemon_tests += %D%/unit/test-decode
daemon_tests += %D%/unit/test-encode
daemon_tests += %D%/unit/test-moments
daemon_tests += %D%/unit/test-expect
daemon_tests += %D%/unit/test-facts
daemon_tests += %D%/unit/test-hostile-profiles
daemon_tests += %D%/unit/test-sandbox
daemon_tests += %D%/unit/test-store
daemon_tests += %D%/unit/test-stream
daemon_tests += %D%/unit/test-uefi_map
daemon_tests += %D%/unit/test-wrap
%C%_unit_test_accept_LDADD = $(daemon_test_ldadd)
%C%_unit_test_asset_LDADD = $(daemon_test_ldadd)
%C%_unit_test_bzip2_LDADD = $(daemon_test_ldadd)
%C%_unit_test_cgroup_LDADD = $(daemon_test_ldadd)
%C%_unit_test_confined_LDADD = $(daemon_test_ldadd)
%C%_unit_test_decode_LDADD = $(daemon_test_ldadd)
%C%_unit_test_encode_LDADD = $(daemon_test_ldadd)
%C%_unit_test_moments_LDADD = $(daemon_test_ldadd)
%C%_unit_test_expect_LDADD = $(daemon_test_ldadd)
%C%_unit_test_facts_LDADD = $(daemon_test_ldadd)
%C%_unit_test_hostile_profiles_LDADD = $(daemon_test_ldadd)
%C%_unit_test_sandbox_LDADD = $(daemon_test_ldadd)
%C%_unit_test_store_LDADD = $(daemon_test_ldadd)
%C%_unit_test_stream_LDADD = $(daemon_test_ldadd)
%C%_unit_test_uefi_map_LDADD = $(daemon_test_ldadd)
%C%_unit_test_wrap_LDADD = $(daemon_test_ldadd)
daemon_test_ldadd = daemon/libdaemon_san.a daemon/libassets.a $(LDADD) $(daemon_libs)

# Boards at random. --cases N for more: tests/random/test-random --cases 5000
random_tests = %D%/random/test-random
%C%_random_test_random_SOURCES = %D%/random/test-random.c %D%/random/random_board.c %D%/random/random_board.h \
	%D%/random/random_check.c %D%/random/random_check.h
%C%_random_test_random_CPPFLAGS = $(AM_CPPFLAGS) $(mmcore_cppflags)
%C%_random_test_random_LDADD = $(daemon_test_ldadd)

# What each parameter changes, on a few boards, by every kernel.
variant_tests = %D%/variants/test-variants
%C%_variants_test_variants_CPPFLAGS = $(AM_CPPFLAGS) $(mmcore_cppflags)
%C%_variants_test_variants_LDADD = $(daemon_test_ldadd)
EXTRA_DIST += %D%/failures.tsv
EXTRA_DIST += %D%/golden/variants.txt

# Hostile inputs, by a fixed seed; libFuzzer takes the same entry (the file says how).
fuzz_programs = %D%/fuzz/fuzz-board %D%/fuzz/fuzz-image
%C%_fuzz_fuzz_board_SOURCES = %D%/fuzz/fuzz-board.c %D%/fuzz/mutate.h
%C%_fuzz_fuzz_image_SOURCES = %D%/fuzz/fuzz-image.c %D%/fuzz/mutate.h
%C%_fuzz_fuzz_board_LDADD = $(daemon_test_ldadd)
%C%_fuzz_fuzz_image_LDADD = $(daemon_test_ldadd)

LDADD = mmcore/libmmcore_san.a $(FDT_LIBS) $(CMOCKA_LIBS)

# Scripts: one line each, extension included.
script_tests =
script_tests += %D%/budget.sh
script_tests += %D%/ci-day.sh
script_tests += %D%/ci-recipe.sh
script_tests += %D%/cases.py
script_tests += %D%/cli.sh
script_tests += %D%/conformance.sh
script_tests += %D%/derived.sh
script_tests += %D%/diff.sh
script_tests += %D%/doctor.sh
script_tests += %D%/http/attack.py
script_tests += %D%/http/automation.py
script_tests += %D%/http/ceiling.py
script_tests += %D%/http/coded.py
script_tests += %D%/http/doctor.py
script_tests += %D%/failures.py
script_tests += %D%/fuzz/board.sh
script_tests += %D%/fuzz/image.sh
script_tests += %D%/http/endpoints.py
script_tests += %D%/http/hostile.py
script_tests += %D%/http/journal.py
script_tests += %D%/http/kernels.py
script_tests += %D%/http/letter.py
script_tests += %D%/http/logs.py
script_tests += %D%/http/live.py
script_tests += %D%/http/proxy.py
script_tests += %D%/http/readme.py
script_tests += %D%/http/sandbox.py
script_tests += %D%/http/schemas.py
script_tests += %D%/http/states.py
script_tests += %D%/http/streams.py
script_tests += %D%/http/trees.py
script_tests += %D%/http/whatif.py
script_tests += %D%/http/workers.py
script_tests += %D%/explain.py
script_tests += %D%/findings.py
script_tests += %D%/figures.py
script_tests += %D%/golden.py
script_tests += %D%/hostile.sh
script_tests += %D%/layers.sh
script_tests += %D%/profile.py
script_tests += %D%/trust.py
script_tests += %D%/operations.py
script_tests += %D%/ops.py
script_tests += %D%/recorded.py
script_tests += %D%/recordings.sh
script_tests += %D%/expectations.sh
script_tests += %D%/property.py
script_tests += %D%/reuse.sh
script_tests += %D%/rules.py
script_tests += %D%/sarif.py
script_tests += %D%/reports.py
script_tests += %D%/torture.py
script_tests += %D%/install.sh
script_tests += %D%/seed-coverage.sh
script_tests += %D%/seeds.py
script_tests += %D%/sentences.py
script_tests += %D%/texts.py
script_tests += %D%/bootlog.py
script_tests += %D%/listed.sh
script_tests += %D%/loader.py
script_tests += %D%/memtotal.sh
# The longest first, so that no core waits for it at the end.
script_tests += %D%/web/views.mjs
script_tests += %D%/web/access.mjs
script_tests += %D%/web/bootlog.mjs
script_tests += %D%/web/compare.mjs
script_tests += %D%/web/elements.mjs
script_tests += %D%/web/export.mjs
script_tests += %D%/web/find.mjs
script_tests += %D%/web/format.sh
script_tests += %D%/web/lecture.mjs
script_tests += %D%/web/lessons.mjs
script_tests += %D%/web/looks.mjs
script_tests += %D%/web/motion.mjs
script_tests += %D%/web/kernels.mjs
script_tests += %D%/web/page.mjs
script_tests += %D%/web/reading.mjs
script_tests += %D%/web/whatif.mjs
script_tests += %D%/sweep.sh
script_tests += %D%/verify.sh
script_tests += %D%/web/trouble.mjs
script_tests += %D%/web/types.sh
script_tests += web/test/articles.mjs
script_tests += web/test/layouts.mjs
script_tests += web/test/process.mjs
script_tests += web/test/replay.mjs
script_tests += web/test/scale.mjs
script_tests += web/test/texts.mjs
script_tests += web/test/together.mjs
EXTRA_DIST += %D%/http/mmhttp.py %D%/torture/fail.c
EXTRA_DIST += %D%/image/corpus.py %D%/image/fake_kernel.py
script_tests += web/test/tour.mjs
EXTRA_DIST += %D%/articles.json
EXTRA_DIST += %D%/chinese.py
EXTRA_DIST += %D%/tap.py
EXTRA_DIST += %D%/web/baseline.sh %D%/web/bench-views.mjs %D%/web/bench.mjs %D%/web/browser.mjs %D%/web/moves.mjs %D%/web/rig.mjs %D%/web/screenshots.mjs web/test/www.mjs
EXTRA_DIST += %D%/web/baseline.sh %D%/web/bench-ops.mjs %D%/web/bench-views.mjs %D%/web/bench.mjs %D%/web/browser.mjs %D%/web/moves.mjs %D%/web/rig.mjs %D%/web/screenshots.mjs web/test/www.mjs

if TESTS_ON
check_PROGRAMS += $(unit_tests) $(daemon_tests) $(random_tests) $(fuzz_programs) $(variant_tests) %D%/mmscope-san
check_DATA = $(web_dev_staged) $(web_staged)
TESTS += $(unit_tests) $(daemon_tests) $(random_tests) $(variant_tests) $(script_tests)
endif

# The shipped program with sanitizers, for tests that run the program.
%C%_mmscope_san_SOURCES = daemon/main.c
%C%_mmscope_san_CFLAGS = $(AM_CFLAGS) $(daemon_cflags)
%C%_mmscope_san_LDADD = daemon/libdaemon_san.a daemon/libassets.a mmcore/libmmcore_san.a $(daemon_libs)

EXTRA_DIST += $(script_tests)
EXTRA_DIST += %D%/golden/qemu-virt-4.9-slab.events.gz
EXTRA_DIST += %D%/golden/qemu-virt-4.9-slob.events.gz
EXTRA_DIST += %D%/golden/qemu-virt-5.10.operations.gz
EXTRA_DIST += %D%/golden/qemu-virt-6.7.events.gz
EXTRA_DIST += %D%/golden/qemu-virt-7.2.operations.gz
EXTRA_DIST += %D%/golden/qemu-virt-numa-6.12.events.gz
EXTRA_DIST += %D%/golden/qemu-virt-numa-6.12.operations.gz

# make bench runs these one after the other, with the environment of the tests.
# Their programs, if any, are built without sanitizers: NAME_CFLAGS = $(bench_cflags), NAME_LDFLAGS =
bench_scripts =
bench_scripts += %D%/bench/bounds.sh
bench_scripts += %D%/bench/engine.sh
bench_scripts += %D%/bench/http.sh
bench_scripts += %D%/bench/ratios.sh
bench_programs =
bench_programs += %D%/bench/bench-cost
bench_programs += %D%/bench/bench-engine
bench_programs += %D%/bench/http-load
%C%_bench_bench_engine_CPPFLAGS = $(AM_CPPFLAGS) $(mmcore_cppflags)
%C%_bench_bench_engine_CFLAGS = $(bench_cflags)
%C%_bench_bench_engine_LDFLAGS =
%C%_bench_bench_engine_LDADD = daemon/libdaemon.a daemon/libassets.a mmcore/libmmcore.a $(daemon_libs)
%C%_bench_bench_cost_CPPFLAGS = $(AM_CPPFLAGS) $(mmcore_cppflags)
%C%_bench_bench_cost_CFLAGS = $(bench_cflags)
%C%_bench_bench_cost_LDFLAGS =
%C%_bench_bench_cost_LDADD = daemon/libdaemon.a daemon/libassets.a mmcore/libmmcore.a $(daemon_libs)
%C%_bench_http_load_CFLAGS = $(bench_cflags)
%C%_bench_http_load_LDFLAGS =
%C%_bench_http_load_LDADD =
bench_cflags = $(WARN_CFLAGS)

# The goals of reliability, a line each with its figure: some minutes.  HARD='--long' before a release, HARD='--only R4,R17'.
check-hard: all $(unit_tests) $(daemon_tests) $(fuzz_programs) tests/mmscope-san
	@$(AM_TESTS_ENVIRONMENT) python3 $(srcdir)/tests/hard.py $(HARD)
.PHONY: check-hard
# A fuzzing campaign, a line for each target: 1 000 000 executions each.  FUZZ='--only image --executions 10000 --seconds 600'.
check-fuzz: $(fuzz_programs)
	@$(AM_TESTS_ENVIRONMENT) python3 $(srcdir)/tests/hard.py --fuzz $(FUZZ)
.PHONY: check-fuzz
# The same sources by another compiler, or for another purpose: builds.mk has the kinds.  check-hard makes what it needs.
check-build: daemon/libassets.a daemon/libdaemon.a mmcore/libmmcore.a
	@$(MAKE) --no-print-directory -s -f $(srcdir)/tests/builds.mk SRC='$(srcdir)' KIND='$(KIND)' SYSROOT='$(SYSROOT)' LIBS='$(daemon_libs)' TEST_LIBS='$(CMOCKA_LIBS)' \
		SOURCES='$(filter %.c,$(mmcore_sources) $(daemon_sources))' UNITS='$(unit_tests) $(daemon_tests)' \
		DEFINES='$(daemon_cflags) -DPACKAGE_VERSION="\"$(PACKAGE_VERSION)\"" -DRULES_URI="\"$(RULES_URI)\""' $(GOAL)
.PHONY: check-build
EXTRA_DIST += %D%/hard.py %D%/builds.mk %D%/determinism.c %D%/fuzz/corpus.py %D%/fuzz/found.txt

EXTRA_PROGRAMS = $(bench_programs)
EXTRA_DIST += $(bench_scripts)

bench: all $(bench_programs)
	@$(AM_TESTS_ENVIRONMENT) for script in $(bench_scripts); do $(SHELL) $(srcdir)/$$script || exit 1; done
.PHONY: bench

include tests/captures/local.mk
include tests/recordings/local.mk

print-distfiles:
	@printf '%s\n' $(patsubst $(srcdir)/%,%,$(DISTFILES))
.PHONY: print-distfiles
EXTRA_DIST += %D%/doctor/amlogic-secmon.dts
EXTRA_DIST += %D%/doctor/bpi-r4-mem.dts
EXTRA_DIST += %D%/doctor/clover-venus.dts
EXTRA_DIST += %D%/doctor/cma-not-reusable.dts
EXTRA_DIST += %D%/doctor/haos-cma-window.dts
EXTRA_DIST += %D%/doctor/imx8mp-dsp.dts
EXTRA_DIST += %D%/doctor/imx8mq-1g.dts
EXTRA_DIST += %D%/doctor/initrd-in-pool.dts
EXTRA_DIST += %D%/doctor/loire-pstore.dts
EXTRA_DIST += %D%/doctor/mr3000d-regions.dts
EXTRA_DIST += %D%/doctor/nrf-stray.dts
EXTRA_DIST += %D%/doctor/numa-unassigned.dts
EXTRA_DIST += %D%/doctor/optee-cells.dts
EXTRA_DIST += %D%/doctor/q6-after.dts
EXTRA_DIST += %D%/doctor/q6-before.dts
EXTRA_DIST += %D%/doctor/rb3gen2-heap.dts
EXTRA_DIST += %D%/doctor/rb3gen2-uefi-behind.json
EXTRA_DIST += %D%/doctor/rb3gen2-uefi.json
EXTRA_DIST += %D%/doctor/rcar-no-cells.dts
EXTRA_DIST += %D%/doctor/reports.json
EXTRA_DIST += %D%/doctor/rk3399-load.dts
EXTRA_DIST += %D%/doctor/rock5b-zero.dts
EXTRA_DIST += %D%/doctor/rpi3-anywhere.dts
EXTRA_DIST += %D%/doctor/rpi3-zones.dts
EXTRA_DIST += %D%/doctor/rpi4-4g.dts
EXTRA_DIST += %D%/doctor/rpi4-cma-param.dts
EXTRA_DIST += %D%/doctor/rpi4-freertos.dts
EXTRA_DIST += %D%/doctor/rpi4-gpu-mem.dts
EXTRA_DIST += %D%/doctor/rpi4-load.dts
EXTRA_DIST += %D%/doctor/rpi4-pages.dts
EXTRA_DIST += %D%/doctor/rpi4-uboot-bank.dts
EXTRA_DIST += %D%/doctor/rpi5-cma-size.dts
EXTRA_DIST += %D%/doctor/rules.json
EXTRA_DIST += %D%/doctor/rzv2h.dts
EXTRA_DIST += %D%/doctor/sa67-cma-size.dts
EXTRA_DIST += %D%/doctor/sc598.dts
EXTRA_DIST += %D%/doctor/sections-base.dts
EXTRA_DIST += %D%/doctor/trogdor-overlap.dts
EXTRA_DIST += %D%/doctor/visionfive2-4g.dts
EXTRA_DIST += %D%/doctor/zynqmp-cells.dts
EXTRA_DIST += %D%/doctor/zynqmp-cma-2g.dts
EXTRA_DIST += %D%/doctor/zynqmp-image-buf.dts
EXTRA_DIST += %D%/doctor/zynqmp-two-buffers.dts
