# Example boards and kernel profiles, embedded in the program. One file per line, in alphabetical order.
# A board is NAME.dts and NAME.json, what no device tree says: where the loader put things.
boards =
boards += am625-sk
boards += ampere-altra
boards += apple-m1
boards += bananapi-m5
boards += bananapi-r3
boards += hip07-d05
boards += honeycomb-lx2160a
boards += imx8mm-evk
boards += imx8mq-evk
boards += jetson-nano
boards += numa-memoryless
boards += numa16-64t
boards += numa4-asymmetric
boards += oneplus-6
boards += orangepi-zero2
boards += pine-h64
boards += qemu-virt
boards += qemu-virt-numa
boards += rock-5b-8g
boards += rockpro64-4g
boards += rpi3
boards += rpi4-8g
boards += rpi5-8g
boards += small-reserved
boards += zcu102

EXTRA_DIST += %D%/expectations.tsv

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
