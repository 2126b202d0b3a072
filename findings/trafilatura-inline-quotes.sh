#!/usr/bin/env bash
# trafilatura 2.3.1 takes <q>, HTML's quotation within a sentence, for a block: the sentence is cut after it, what
# follows becomes a paragraph that begins with a comma, and the quotation marks, which a browser draws, are missing.
#
# Expected: one paragraph, as for <em>. Seen: as below. Whoever quotes the page has no sentence that it holds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q trafilatura==2.3.1 lxml_html_clean==0.4.6
"$folder/venv/bin/python" - <<'PYTHON'
from trafilatura import extract

STORY = "<p>La mairie rouvre le pont aux piétons après deux ans de travaux sur le quai.</p>"
EXPECTED = {
    "<p>Il a dit <em>je pars demain</em>, puis il est parti.</p>": [
        "Il a dit je pars demain, puis il est parti."
    ],
    "<p>Il a dit <q>je pars demain</q>, puis il est parti.</p>": [
        "Il a dit je pars demain",
        ", puis il est parti.",
    ],
}
wrong = 0
for paragraph, expected in EXPECTED.items():
    page = f"<html lang=fr><title>Le pont</title><body><article>{STORY}{paragraph}</article></body></html>"
    seen = [line for line in extract(page).split("\n") if "mairie" not in line]
    print(paragraph, "->", seen)
    if seen != expected:
        wrong += 1
        print(f"  was {expected}")
raise SystemExit(wrong)
PYTHON
