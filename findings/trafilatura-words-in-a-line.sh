#!/usr/bin/env bash
# trafilatura 2.3.1: words of a sentence that stand in <time>, <label>, <output> or <button> vanish,
# and <q> ends the paragraph; nothing is said of it, and neither fast, favor_recall nor
# favor_precision changes that.
#
# Expected: the text of an inline element that a browser shows is part of its sentence, as that of
# <span>, <ruby> or an unknown element is. Seen: "à , devant", with the hour gone; a quotation in two
# paragraphs. Who quotes a page by what was extracted quotes a sentence that nobody wrote.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q trafilatura==2.3.1 lxml==6.1.3 lxml_html_clean==0.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import trafilatura

FILLER = (
    "Le conseil municipal de Sablé a voté lundi soir le budget de la ville, en hausse de quatre pour "
    "cent, après trois heures de débat et deux suspensions de séance."
)
LAST = FILLER.replace("lundi", "mardi")
PAGE = "<html><body><article><h1>Le budget</h1><p>{}</p><p>{}</p><p>{}</p></article></body></html>"
OPTIONS = ({}, {"fast": True}, {"favor_recall": True}, {"favor_precision": True})


def line(inline: str, options: dict[str, bool]) -> str:
    said = f"Le maire a parlé à {inline}, devant une salle pleine et attentive."
    found = trafilatura.extract(PAGE.format(FILLER, said, LAST), **options)
    return " / ".join(part for part in found.splitlines() if part not in {"Le budget", FILLER, LAST})


WHOLE = "Le maire a parlé à dix heures, devant une salle pleine et attentive."
EXPECTED = {
    "<span>dix heures</span>": WHOLE,
    "<x-hour>dix heures</x-hour>": WHOLE,
    "<time>dix heures</time>": WHOLE.replace("dix heures", ""),
    "<label>dix heures</label>": WHOLE.replace("dix heures", ""),
    "<output>dix heures</output>": WHOLE.replace("dix heures", ""),
    "<button>dix heures</button>": WHOLE.replace("dix heures", ""),
    "<q>dix heures</q>": WHOLE.replace("heures,", "heures / ,"),
}
wrong = 0
for inline, expected in EXPECTED.items():
    seen = {line(inline, options) for options in OPTIONS}
    print(f"{inline:32} {' | '.join(seen)}")
    if seen != {expected}:
        wrong += 1
        print(f"{'  was':32} {expected}")
raise SystemExit(wrong)
PYTHON
