// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * soc.c - where RAM begins, by family of chips.
 *
 * For boards whose tree leaves RAM to the loader altogether.  Each row says what
 * the loader of that family fills in; sources are files of U-Boot (2026.07) where
 * a path is given, else the chip's documented memory map.
 */
#include "loader.h"

#define ROCKCHIP "arch/arm/mach-rockchip/sdram.c: banks start 2 MiB above the DRAM's base, which is Trusted Firmware's"
#define LSCH2 "arch/arm/include/asm/arch-fsl-layerscape/cpu.h: DRAM_BASE1 and 2 of chassis 2"
#define LSCH3 "arch/arm/include/asm/arch-fsl-layerscape/cpu.h: DRAM_BASE1 and 2 of chassis 3"

/* A more particular compatible stands before its family's prefix. */
static const struct soc_ram families[] = {
	{ "allwinner,sun50i-*", GIB(1), 0, 0, "include/configs/sunxi-common.h: SDRAM_BASE", 0 },
	{ "allwinner,sun55i-*", GIB(1), 0, 0, "include/configs/sunxi-common.h: SDRAM_BASE", 0 },
	{ "amlogic,*", 0, 0, 0, "include/configs/meson64.h: SDRAM_BASE", 0 },
	{ "amd,seattle", UINT64_C(0x8000000000), 0, 0, "AMD Seattle's memory map: DRAM at 512 GiB", 0 },
	{ "apple,t8103", UINT64_C(0x800000000), 0, 0, "arch/arm/mach-apple/board.c: the M1's DRAM window", 0 },
	{ "apple,t60*", UINT64_C(0x10000000000), 0, 0, "arch/arm/mach-apple/board.c: the M1 Pro's DRAM window", 0 },
	{ "brcm,bcm2*", 0, 0, 0, "BCM283x and BCM271x peripherals guides: ARM physical address 0", 0 },
	{ "fsl,imx8mq", GIB(1), 0, 0, "include/configs/imx8mq_evk.h: SDRAM_BASE", 0 },
	{ "fsl,imx8m*", GIB(1), 0, 0, "include/configs/imx8mm_evk.h, imx8mp_evk.h: SDRAM_BASE", 0 },
	{ "fsl,imx8q*", GIB(2), GIB(2), UINT64_C(0x880000000), "include/configs/imx8qm_mek.h: PHYS_SDRAM_1 and 2", 0 },
	{ "fsl,imx8d*", GIB(2), GIB(2), UINT64_C(0x880000000), "include/configs/colibri-imx8x.h: PHYS_SDRAM_1 and 2", 0 },
	{ "fsl,imx8ulp", GIB(2), 0, 0, "include/configs/imx8ulp_evk.h: SDRAM_BASE", 0 },
	{ "fsl,imx95", 0x90000000, 0, 0, "include/configs/imx95_evk.h: SDRAM_BASE", 0 },
	{ "fsl,imx9*", GIB(2), 0, 0, "include/configs/imx93_evk.h: SDRAM_BASE", 0 },
	{ "fsl,ls1028a", GIB(2), GIB(2), UINT64_C(0x2080000000), LSCH3, 0 },
	{ "fsl,lx2160a", GIB(2), GIB(2), UINT64_C(0x2080000000), LSCH3, 0 },
	{ "fsl,ls1088a", GIB(2), GIB(2), UINT64_C(0x8080000000), LSCH3, 0 },
	{ "fsl,ls20*", GIB(2), GIB(2), UINT64_C(0x8080000000), LSCH3, 0 },
	{ "fsl,ls10*", GIB(2), GIB(2), UINT64_C(0x880000000), LSCH2, 0 },
	{ "fsl,s32*", GIB(2), GIB(2), UINT64_C(0x880000000), "S32G2 reference manual: the two windows of DRAM", 0 },
	{ "google,gs101", GIB(2), GIB(2), UINT64_C(0x880000000), "gs101's memory map, as its trees for phones have it", 0 },
	{ "marvell,armada-37*", 0, 0, 0, "arch/arm/mach-mvebu/armada3700/cpu.c: DRAM at 0", 0 },
	{ "marvell,armada*", 0, GIB(3), GIB(4), "arch/arm/mach-mvebu/armada8k/dram.c: 3 GiB at 0, the rest behind 4 GiB", 0 },
	{ "marvell,cn913*", 0, GIB(3), GIB(4), "arch/arm/mach-mvebu/armada8k/dram.c: 3 GiB at 0, the rest behind 4 GiB", 0 },
	{ "mediatek,mt*", GIB(1), 0, 0, "MediaTek's memory maps: DRAM at 1 GiB", 0 },
	{ "nvidia,tegra*", GIB(2), 0, 0, "include/configs/tegra-common.h: PHYS_SDRAM_1", 0 },
	{ "qcom,ipq*", GIB(1), 0, 0, "IPQ60xx and IPQ807x memory maps: DDR at 1 GiB", 0 },
	{ "qcom,*", GIB(2), 0, 0, "memory nodes of Qualcomm's phones: DDR at 2 GiB", 0 },
	{ "rockchip,rk3576", GIB(1), 0, 0, "include/configs/rk3576_common.h: SDRAM_BASE", 0 },
	{ "rockchip,rk3399*", MIB(2), 0xf8000000 - MIB(2), GIB(4), ROCKCHIP "; the window ends at 0xf8000000", MIB(2) },
	{ "rockchip,rk35*", MIB(2), 0xf0000000 - MIB(2), GIB(4), ROCKCHIP "; the window ends at 0xf0000000", MIB(2) },
	{ "rockchip,*", MIB(2), 0xff000000 - MIB(2), GIB(4), ROCKCHIP "; the window ends at 0xff000000", MIB(2) },
	{ "renesas,r8a*", 0x48000000, 0, 0, "include/configs/rcar-gen3-common.h: SDRAM_BASE, behind 128 MiB of the secure world", MIB(128) },
	{ "socionext,uniphier-*", GIB(2), 0, 0, "UniPhier's memory map: DRAM at 2 GiB", 0 },
	{ "ti,*", GIB(2), GIB(2), UINT64_C(0x880000000), "K3 memory maps: the two windows of DDR", 0 },
	{ "xlnx,zynqmp*", 0, GIB(2), UINT64_C(0x800000000), "Zynq UltraScale+ TRM: DDR low and high", 0 },
	{ "xlnx,versal*", 0, GIB(2), UINT64_C(0x800000000), "Versal TRM: DDR low and high", 0 },
};

static bool matches(const struct fdt *fdt, const char *pattern)
{
	const struct fdt_prop *prop = dt_getprop(fdt, 0, "compatible");
	size_t len = strlen(pattern), at = 0;
	bool prefix = pattern[len - 1] == '*';

	while (prop && at < prop->len) {
		const char *word = (const char *)prop->data + at;
		size_t n = strnlen(word, prop->len - at);

		if (prefix ? n >= len - 1 && !memcmp(word, pattern, len - 1) : n == len && !memcmp(word, pattern, n))
			return true;
		at += n + 1;
	}
	return false;
}

const struct soc_ram *soc_ram_find(const struct fdt *fdt)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (matches(fdt, families[i].compatible))
			return &families[i];
	return NULL;
}
