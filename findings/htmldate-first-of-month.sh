#!/usr/bin/env bash
# htmldate 1.11.0, and trafilatura 2.3.1 that takes a page's day from it: a line "Publié le 1er juin 2018"
# is dated 1 January 2018. French writes the first of a month "1er", and only the first: "Publié le 2 juin
# 2018" is dated rightly, and so is "1er juin 2018" alone in a <time> or in an element of class "date".
# With words before it, the day is not read and the year becomes its first day.
#
# Expected: 1 June 2018, or no day. Seen: as below. Whoever sorts or filters stories by that day finds those of
# the first of each month, from March on, in January.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q htmldate==1.11.0 trafilatura==2.3.1 lxml_html_clean==0.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import trafilatura
from htmldate import find_date

EXPECTED = {
    "<p>Publié le 1er juin 2018</p>": ("2018-01-01", "2018-01-01"),
    "<p>Publié le vendredi 1er juin 2018</p>": ("2018-01-01", "2018-01-01"),
    "<p>Publié le 1er août 2018</p>": ("2018-01-01", "2018-01-01"),
    "<p>Publié le 2 juin 2018</p>": ("2018-06-02", "2018-06-02"),
    "<time>1er juin 2018</time>": ("2018-06-01", "2018-06-01"),
}
STORY = "<p>" + "La mairie rouvre le pont aux piétons après deux ans de travaux. " * 20 + "</p>"
wrong = 0
for line, expected in EXPECTED.items():
    head = "<head><title>Le pont rouvre</title></head>"
    page = f"<html lang=fr>{head}<body><article><h1>Le pont rouvre</h1>{line}{STORY}</article></body></html>"
    document = trafilatura.bare_extraction(page, with_metadata=True)
    seen = (find_date(page, original_date=True), document and document.date)
    print(f"{line:42} htmldate {seen[0]}  trafilatura {seen[1]}")
    if seen != expected:
        wrong += 1
        print(f"  was {' and '.join(expected)}")
raise SystemExit(wrong)
PYTHON
