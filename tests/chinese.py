# SPDX-License-Identifier: GPL-2.0-or-later
"""Chinese as this project writes it (texts/terms.json): what of English is left, which words are wrong, which signs."""
import json
import os
import re

SOURCE = os.environ.get("SRCDIR", ".")
TERMS = json.load(open(os.path.join(SOURCE, "texts", "terms.json"), encoding="utf-8"))
NEVER = {word: re.compile(pattern) for word, pattern in TERMS["never"].items()}
# Names that stay as they are: of the kernel, of a boot loader, of nodes and what they are compatible with, of units, and what stands in quotation marks.
NAMES = re.compile(r"“[^”]*”|\buefi\b|\b[a-z][a-z0-9-]*[,@][a-z][\w-]*|[A-Za-z_]*[_/.=&>*()\[\]{}0-9-][\w/.=&>*()\[\]{}-]*|\bstruct \w+|\b[A-Z][A-Za-z0-9+]*\b")
HAN = "\u4e00-\u9fff"


def english(text):
    """Words of English in a Chinese sentence that are no names and that nobody lists."""
    return [w for w in re.findall(r"[A-Za-z][A-Za-z']*", NAMES.sub("·", text)) if w not in TERMS["names"]]


def wrong_words(text):
    return [word for word, pattern in NEVER.items() if pattern.search(text)]


def wrong_signs(text):
    """Punctuation of English beside Chinese."""
    return re.search(rf"[{HAN}][,;:!?]|[{HAN}]\.(?!\w)|[,;:] ?[{HAN}]", re.sub(r"“[^”]*”", "", text))


def is_chinese(text):
    return re.search(f"[{HAN}]", text)
