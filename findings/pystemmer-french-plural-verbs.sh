#!/usr/bin/env bash
# PyStemmer 3.1.0 (Snowball's French): the third person plural of the present, the form in which news
# says what people do, keeps its ending. "parle", "parlez", "parlait", "parlaient" and "parler" have one
# stem, "parlent" has another, and so it is with every verb in -er; the imperfect's "-aient" comes off.
#
# Expected: "ils parlent" has the stem of "il parle", as "ils parlaient" has. Seen: as below. Whoever
# indexes French by stems does not find "les salariés demandent" by "que demande Bob ?".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q PyStemmer==3.1.0
"$folder/venv/bin/python" - <<'PYTHON'
import Stemmer

stem = Stemmer.Stemmer("french").stemWord
EXPECTED = {
    "parle parlez parlait parlaient parler": {"parl"},
    "parlent": {"parlent"},
    "demande demandez demandaient demander": {"demand"},
    "demandent": {"demandent"},
    "critique critiquaient critiquer": {"critiqu"},
    "critiquent": {"critiquent"},
}
wrong = 0
for words, expected in EXPECTED.items():
    seen = {stem(word) for word in words.split()}
    print(f"{words:40} {' '.join(sorted(seen))}")
    if seen != expected:
        wrong += 1
        print(f"  was {' '.join(sorted(expected))}")
raise SystemExit(wrong)
PYTHON
