#!/usr/bin/env bash
# discord.py 2.7.1: `utils.remove_markdown` takes away words, not only marks. A masked link goes with
# its label, which is what a reader sees, and of a small line ("-# ") the "#" is left.
# `utils.escape_markdown` escapes the items of a list but for numbered ones: Discord shows
# "1984. Orwell" as an item of a list.
#
# Expected: "lettre ouverte" is left of "[lettre ouverte](https://example.org/lettre)", and what is
# escaped is shown as it is written. Seen: as below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q discord.py==2.7.1
"$folder/venv/bin/python" - <<'PYTHON'
from discord.utils import escape_markdown, remove_markdown

EXPECTED = [
    (remove_markdown, "une [lettre ouverte](https://example.org/lettre) circule", "une  circule"),
    (remove_markdown, "-# en petit", "# en petit"),
    (escape_markdown, "- point", "\\- point"),
    (escape_markdown, "1984. Orwell", "1984. Orwell"),
]
wrong = 0
for function, text, expected in EXPECTED:
    seen = function(text)
    print(f"{function.__name__:16} {text!r} -> {seen!r}")
    if seen != expected:
        wrong += 1
        print(f"  was {expected!r}")
raise SystemExit(wrong)
PYTHON
