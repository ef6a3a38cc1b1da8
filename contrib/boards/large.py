#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Print the device tree of a large NUMA machine, by default boards/numa16-64t.dts: 16 nodes of 4 TiB and 32 CPUs.

usage: large.py [NODES [CPUS-PER-NODE]] > boards/NAME.dts
"""
import sys

TIB = 1 << 40
NODE_SIZE = 4 * TIB
RAM_START = 0x80000000  # node 0 leaves the first 2 GiB to devices


def cells(n):
    return f"{n >> 32:#x} {n & 0xffffffff:#x}"


def distance(a, b):
    """Groups of four nodes share a board; boards are two hops apart."""
    return 10 if a == b else 14 if a // 4 == b // 4 else 24


def cpus(nodes, per_node):
    for node in range(nodes):
        for i in range(per_node):
            mpidr = node << 16 | i << 8
            yield (f'cpu@{mpidr:x} {{ device_type = "cpu"; compatible = "arm,neoverse-v1"; reg = <{mpidr:#x}>; '
                   f'enable-method = "psci"; numa-node-id = <{node}>; }};')


def memory(nodes):
    for node in range(nodes):
        start = max(node * NODE_SIZE, RAM_START)
        size = (node + 1) * NODE_SIZE - start
        yield (f'memory@{start:x} {{ device_type = "memory"; reg = <{cells(start)} {cells(size)}>; '
               f'numa-node-id = <{node}>; }};')


def distances(nodes):
    rows = [", ".join(f"<{a} {b} {distance(a, b)}>" for b in range(nodes)) for a in range(nodes)]
    return "distance-matrix =\n\t\t\t" + ",\n\t\t\t".join(rows) + ";"


def tree(nodes, per_node):
    newline = "\n\t"
    return f"""\
// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A large machine: {nodes} NUMA nodes of 4 TiB and {per_node} CPUs each, {nodes * 4} TiB less 2 GiB and {nodes * per_node} CPUs.
 *
 * Made up, to see what grows with a machine: page tables, the memory map, per-CPU areas, zonelists. Node n has the
 * addresses [n * 4 TiB, (n + 1) * 4 TiB), node 0 without the first 2 GiB, where devices are. Kernels built for fewer CPUs
 * (NR_CPUS) leave the last nodes without any. Printed by contrib/boards/large.py {nodes} {per_node}; change it there.
 */
/dts-v1/;

/ {{
	compatible = "mmscope,large";
	model = "{nodes} nodes, {nodes * 4} TiB";
	interrupt-parent = <&gic>;
	#address-cells = <2>;
	#size-cells = <2>;

	chosen {{
		stdout-path = "/serial@9000000";
		bootargs = "console=ttyAMA0 memblock=debug";
	}};

	cpus {{
		#address-cells = <1>;
		#size-cells = <0>;

		{(newline + chr(9)).join(cpus(nodes, per_node))}
	}};

	{newline.join(memory(nodes))}

	distance-map {{
		compatible = "numa-distance-map-v1";
		/* from, to, distance */
		{distances(nodes)}
	}};

	psci {{
		compatible = "arm,psci-1.0";
		method = "smc";
	}};

	gic: interrupt-controller@8000000 {{
		compatible = "arm,gic-v3";
		reg = <0x0 0x08000000 0x0 0x10000>, <0x0 0x10000000 0x0 {nodes * per_node * 0x20000:#x}>;
		interrupts = <1 9 4>;
		interrupt-controller;
		#interrupt-cells = <3>;
		#address-cells = <0>;
	}};

	serial@9000000 {{
		compatible = "arm,pl011", "arm,primecell";
		reg = <0x0 0x09000000 0x0 0x1000>;
		interrupts = <0 1 4>;
	}};

	timer {{
		compatible = "arm,armv8-timer";
		interrupts = <1 13 4>, <1 14 4>, <1 11 4>, <1 10 4>;
	}};
}};
"""


def main():
    numbers = [int(x) for x in sys.argv[1:3]]
    nodes, per_node = (numbers + [16, 32][len(numbers):])
    sys.stdout.write(tree(nodes, per_node))
    return 0


if __name__ == "__main__":
    sys.exit(main())
