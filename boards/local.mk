# Example boards and kernel profiles, embedded in the program. One file per line, in alphabetical order.
boards_dts =

kernel_profiles =
kernel_profiles += 6.7.json

boards_dtb = $(boards_dts:%.dts=%D%/%.dtb)

EXTRA_DIST += $(boards_dts:%=%D%/%) $(kernel_profiles:%=%D%/kernels/%)
CLEANFILES += $(boards_dtb)

$(boards_dtb): %D%/%.dtb: %D%/%.dts
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(DTC) -q -i $(srcdir)/%D% -I dts -O dtb -o $@ $<
