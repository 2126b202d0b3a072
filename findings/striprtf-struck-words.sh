#!/usr/bin/env bash
# striprtf 0.0.35: words that an RTF file marks as deleted by a reviewer (\deleted, \strike) or as hidden
# (\v) come out as text, without a mark, where notes, headers and footers are left out. What an editor took
# back stands in the sentence again.
#
# Expected: "He was seen." Seen: as below. Whoever quotes a story from its RTF file quotes what it no
# longer says.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q striprtf==0.0.35
"$folder/venv/bin/python" - <<'PYTHON'
from striprtf.striprtf import rtf_to_text

EXPECTED = {
    r"{\rtf1\ansi He was {\deleted never }seen.\par}": "He was never seen.",
    r"{\rtf1\ansi He was {\strike never }seen.\par}": "He was never seen.",
    r"{\rtf1\ansi He was {\v never }seen.\par}": "He was never seen.",
    r"{\rtf1\ansi He was {\*\annotation never }seen.\par}": "He was seen.",
    r"{\rtf1\ansi He was {\footnote never }seen.\par}": "He was seen.",
}
wrong = 0
for source, expected in EXPECTED.items():
    seen = rtf_to_text(source).strip()
    print(f"{source:58} {seen}")
    if seen != expected:
        wrong += 1
        print(f"  was {expected}")
raise SystemExit(wrong)
PYTHON
