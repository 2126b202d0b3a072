#!/usr/bin/env bash
# dateparser 1.5.0: search_dates finds a day in a French question that has none, because "mer" (the sea)
# is the abbreviation of "mercredi", and finds none in "premier juin 2018" and "mardi dernier", which are
# how French people write and say days.
#
# Expected: a word without a number, a full stop or a capital is no weekday when it stands after an
# article; "premier" is read as "1er" is, and "mardi dernier" as "last Tuesday" is. Seen: as below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q dateparser==1.5.0
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from datetime import datetime

import dateparser
from dateparser.search import search_dates

SETTINGS = {"RELATIVE_BASE": datetime(2026, 11, 29)}  # a Sunday


def found(text: str) -> list[str] | None:
    dates = search_dates(text, languages=["fr"], settings=SETTINGS)
    return [f"{words}={day:%Y-%m-%d}" for words, day in dates] if dates else None


def read(text: str, language: str = "fr") -> str | None:
    day = dateparser.parse(text, languages=[language], settings=SETTINGS)
    return f"{day:%Y-%m-%d}" if day else None


SEEN = {
    "Pourquoi la mer monte-t-elle ?": found("Pourquoi la mer monte-t-elle ?"),
    "1er juin 2018": read("1er juin 2018"),
    "premier juin 2018": read("premier juin 2018"),
    "last Tuesday": read("last Tuesday", "en"),
    "mardi dernier": read("mardi dernier"),
}
EXPECTED = {
    "Pourquoi la mer monte-t-elle ?": ["mer=2026-11-25"],
    "1er juin 2018": "2018-06-01",
    "premier juin 2018": None,
    "last Tuesday": "2026-11-24",
    "mardi dernier": None,
}
wrong = 0
for text, seen in SEEN.items():
    print(f"{text:32} {seen}")
    if seen != EXPECTED[text]:
        wrong += 1
        print(f"  was {EXPECTED[text]}")
raise SystemExit(wrong)
PYTHON
