#!/usr/bin/env python3
"""Every failure that the modelled kernel can report was printed by a real one.

tests/failures.tsv has a row for each text of a problem or panic in the engine: the text as the source has it, and the recorded
boot (tests/captures) whose log holds it, or "-" and what was tried instead.  A text without a row fails, and so does a row
whose text is gone or whose recording does not say it.  How many may still be unproven is counted.
    tests/failures.py --list    prints the texts of the source, with the recordings that hold each
"""
import os
import pathlib
import re
import sys
import tarfile

SRC = pathlib.Path(os.environ.get("SRCDIR", pathlib.Path(__file__).parent.parent))
# What no emulator reaches; it never goes up.
MAX_UNPROVEN = 8
# Who reports, and which argument is the text.
REPORTS = {"trace_problem": 2, "trace_panic": 2, "numa_problem": 2, "malformed": 1, "warn_once": 2}
STAMP = re.compile(r"^\[ *\d+\.\d+\] ", re.M)
# Said by an event that is made by other means: the lines of a refused parameter, of a death, of pages that 4.9 misses in silence.
OTHERS = ("Malformed early option '%s'", "cma: Config string not provided", "Unable to handle kernel %s at virtual address %0*llx",
          "Kernel panic - not syncing: Attempted to kill %s",
          "HugeTLB: allocating %llu of page size %s failed.  Only allocated %llu hugepages.",
          "swapper: page allocation failure: order:%u, mode:%#x(%s), nodemask=(null)")


def arguments(text, at):
    """The arguments of the call whose "(" is at @at, as source text."""
    out, depth, start, i = [], 0, at + 1, at
    while True:
        c = text[i]
        if c == '"':
            i = re.compile(r'"(?:\\.|[^"\\])*"').match(text, i).end()
            continue
        if c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if not depth:
                return out + [text[start:i].strip()]
        elif c == "," and depth == 1:
            out.append(text[start:i].strip())
            start = i + 1
        i += 1


def literal(expression, macros):
    """A string built of literals and macros that are ones; None if there is more to it."""
    out = ""
    for part in re.findall(r'"(?:\\.|[^"\\])*"|\w+|\S', expression):
        if part[0] == '"':
            out += part[1:-1].replace("\\n", "\n").replace('\\"', '"')
        elif part in macros:
            out += macros[part]
        else:
            return None
    return out


def texts():
    """Every text of the source, in order: text -> where."""
    found = {text: "" for text in OTHERS}
    for path in sorted((SRC / "mmcore").rglob("*.c")):
        # What an architecture asks of a boot loader is said in our words, too.
        if path.name == "handover.c":
            continue
        source = path.read_text()
        macros = dict(re.findall(r'^#define (\w+)\s+"([^"]*)"$', source, re.M))
        for m in re.finditer(r"\b(" + "|".join(REPORTS) + r")\(", source):
            args = arguments(source, m.end() - 1)
            line = source[source.rfind("\n", 0, m.start()) + 1:m.start()]
            if line.startswith(("void", "static", "_Noreturn", "int")) or len(args) <= REPORTS[m[1]]:
                continue
            # A conditional format is two.
            for choice in re.split(r"\?|:(?=\s*\")", args[REPORTS[m[1]]])[-2:]:
                text = literal(choice.strip(), macros)
                # What the loader's model complains of is said in our words: no kernel prints it.
                if text is not None and not text.startswith("loader: ") and text not in ("%s", "Kernel panic - not syncing: %s"):
                    found.setdefault(text, path.relative_to(SRC))
    return found


def pattern(text):
    """What a log must hold; the prefix that a version decides may be missing."""
    text = re.sub(r"^%s", "", text)
    parts = re.split(r"%[-#0-9.*]*(?:ll|l|z)?[sdiuxc]", text)
    return re.compile(".*".join(re.escape(p) for p in parts).replace(r"\ \ ", " +"))


def logs():
    out = {}
    for archive in sorted((SRC / "tests/captures").rglob("*.tar.xz")):
        with tarfile.open(archive) as tar:
            name = archive.name[:-len(".tar.xz")]
            out[name] = STAMP.sub("", tar.extractfile(f"{name}/console.txt").read().decode("utf-8", "replace"))
    return out


def rows():
    for line in (SRC / "tests/failures.tsv").read_text().splitlines():
        if line and not line.startswith("#"):
            text, proof, *rest = line.split("\t")
            yield text.replace("\\n", "\n"), proof, " ".join(rest)


def main():
    source, log = texts(), logs()
    if sys.argv[1:] == ["--list"]:
        for text, where in source.items():
            print(text.replace("\n", "\\n"), where, " ".join(n for n in log if pattern(text).search(log[n])), sep="\t")
        return 0
    table = {text: (proof, why) for text, proof, why in rows()}
    number, failed = 0, False

    def ok(good, sentence):
        nonlocal number, failed
        number += 1
        failed |= not good
        print(f"{'ok' if good else 'not ok'} {number} - {sentence}")

    missing = [f"{t!r} ({w})" for t, w in source.items() if t not in table]
    for text in missing:
        print("# no row in tests/failures.tsv: " + text)
    ok(not missing, "every failure that the engine can report has a row")
    gone = [t for t in table if t not in source]
    for text in gone:
        print(f"# no longer in the engine: {text!r}")
    ok(not gone, "and every row is of one")
    unproven = [t for t, (proof, why) in table.items() if proof == "-"]
    ok(len(unproven) <= MAX_UNPROVEN and all(table[t][1] for t in unproven),
       f"at most {MAX_UNPROVEN} are unproven, each with what was tried ({len(unproven)})")
    for text, (proof, _) in table.items():
        if proof != "-":
            shown = text.split("\n", maxsplit=1)[0]
            ok(proof in log and bool(pattern(text).search(log[proof])), f"{proof} says: {shown}")
    print(f"1..{number}")
    return failed


sys.exit(main())
