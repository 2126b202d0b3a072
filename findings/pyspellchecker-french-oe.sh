#!/usr/bin/env bash
# pyspellchecker 0.9.1: its French dictionary has no word with "œ". "cœur", "œuvre", "sœur" and "mœurs",
# spelt as French spells them and as newspapers print them, are unknown, and each is corrected to another
# word ("cour", "ouvre", "sur", "meurs"); "coeur" and "oeuvre" are among its frequent words.
#
# Expected: a well-spelt word is known. Seen: as below. Whoever corrects French questions with it changes
# what they ask, unless "œ" is written "oe" first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pyspellchecker==0.9.1
"$folder/venv/bin/python" - <<'PYTHON'
from spellchecker import SpellChecker

french = SpellChecker("fr")
EXPECTED = {
    "cœur": "cour",
    "œuvre": "ouvre",
    "sœur": "sur",
    "mœurs": "meurs",
    "coeur": "coeur",
    "oeuvre": "oeuvre",
    "école": "école",
}
wrong = 0
for word, expected in EXPECTED.items():
    seen = french.correction(word)
    print(f"{word:8} {'known' if french.known([word]) else 'unknown':8} -> {seen}")
    if seen != expected:
        wrong += 1
        print(f"  was {expected}")
with_ligature = sum("œ" in word for word in french.word_frequency.words())
print(f"words with œ: {with_ligature} of {french.word_frequency.unique_words}")
raise SystemExit(wrong + bool(with_ligature))
PYTHON
