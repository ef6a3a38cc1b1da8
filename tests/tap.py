# SPDX-License-Identifier: GPL-2.0-or-later
"""TAP for tests that collect what is wrong."""
number = failed = 0


def check(sentence, wrong):
    """A test that passes if there is nothing wrong."""
    global number, failed
    number += 1
    failed += bool(wrong)
    print(f"{'not ok' if wrong else 'ok'} {number} - {sentence}")
    for what in list(dict.fromkeys(map(str, wrong)))[:20]:
        print(f"# {what[:300]}")


def end():
    """The plan, and the status to exit with."""
    print(f"1..{number}")
    return failed > 0
