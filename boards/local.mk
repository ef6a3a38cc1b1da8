# Example boards and kernel profiles, embedded in the program. One file per line, in alphabetical order.
# A board is NAME.dts and NAME.json, what no device tree says: where the loader put things.
boards =
boards += numa-memoryless
boards += numa16-64t
boards += numa4-asymmetric
boards += qemu-virt
boards += qemu-virt-numa
boards += rpi4-8g
boards += small-reserved

kernel_profiles =
kernel_profiles += 4.9-bootmem.json
kernel_profiles += 4.9-slab.json
kernel_profiles += 4.9-slob.json
kernel_profiles += 4.9.json
kernel_profiles += 5.10.json
kernel_profiles += 6.1.json
kernel_profiles += 6.12-16k.json
kernel_profiles += 6.12.json
kernel_profiles += 6.7.json
kernel_profiles += 7.2.json

boards_dtb = $(boards:%=%D%/%.dtb)
boards_files = $(boards:%=%D%/%.dts) $(boards:%=%D%/%.json) $(kernel_profiles:%=%D%/kernels/%)

EXTRA_DIST += $(boards_files)
EXTRA_DIST += %D%/README.md
EXTRA_DIST += %D%/kernels/SITES.md
CLEANFILES += $(boards_dtb)

$(boards_dtb): %D%/%.dtb: %D%/%.dts
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(DTC) -q -i $(srcdir)/%D% -I dts -O dtb -o $@ $<
