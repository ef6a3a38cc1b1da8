# Example boards and kernel profiles, embedded in the program. One file per line, in alphabetical order.
boards_dts =

kernel_profiles =
kernel_profiles += 4.9-slab.json
kernel_profiles += 4.9-slob.json
kernel_profiles += 4.9.json
kernel_profiles += 5.10.json
kernel_profiles += 6.1.json
kernel_profiles += 6.12-16k.json
kernel_profiles += 6.12.json
kernel_profiles += 6.7.json
kernel_profiles += 7.2.json

boards_dtb = $(boards_dts:%.dts=%D%/%.dtb)

EXTRA_DIST += %D%/kernels/SITES.md
EXTRA_DIST += $(boards_dts:%=%D%/%) $(kernel_profiles:%=%D%/kernels/%)
CLEANFILES += $(boards_dtb)

$(boards_dtb): %D%/%.dtb: %D%/%.dts
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(DTC) -q -i $(srcdir)/%D% -I dts -O dtb -o $@ $<
