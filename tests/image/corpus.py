#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a small corpus of made-up kernels for tests/fuzz/fuzz-image: corpus.py FOLDER"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fake_kernel as fake  # noqa: E402


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    raw = fake.image()
    gz = fake.COMPRESSORS["gzip"](raw)
    files = {f"Image-{layout}": fake.image(layout) for layout in ("after", "base", "seqs", "addresses", "self")}
    files.update({f"Image.{name.split()[-1].strip('()')}": how(raw) for name, how in fake.COMPRESSORS.items()})
    files.update({"plain": fake.image("base", everything=False, types=False), "zboot": fake.zboot(gz), "uImage": fake.uimage(gz), "fit": fake.fit(gz),
                  "vmlinux": fake.elf(raw), "deb": fake.deb([("./boot/vmlinuz-1", gz)]), "boot0": fake.bootimg(gz, 0), "boot4": fake.bootimg(gz, 4)})
    for name, data in files.items():
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)


main()
