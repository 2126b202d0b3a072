#!/usr/bin/env bash
# charset-normalizer 3.5.3: a short French text in Windows-1252 or Latin-1, which is how French files
# from Windows are written, is read as Central European (cp1250, mac_latin2): "grève" -> "grčve".
#
# Expected: among encodings of one byte that all decode without an error, the one that gives letters of
# a common language; these sentences are French in cp1252 and in no language at all in cp1250. Seen: the
# other one, from_bytes(...).best() without any sign of doubt, also when the text has eight accents.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q charset-normalizer==3.5.3
"$folder/venv/bin/python" - <<'PYTHON'
from charset_normalizer import from_bytes

EXPECTED = {
    "Le maire a été réélu à Sablé.": ("mac_latin2", "Le maire a ťtť rťťlu ŗ Sablť."),
    "L’été dernier, à Nîmes, « la grève » a duré.": (
        "cp1250",
        "L’été dernier, ŕ Nîmes, « la grčve » a duré.",
    ),
    "Les élèves sont rentrés.": ("cp1250", "Les élčves sont rentrés."),
    "Où est passé l'œuvre ?": ("cp1250", "Oů est passé l'śuvre ?"),
}
wrong = 0
for text, expected in EXPECTED.items():
    best = from_bytes(text.encode("cp1252")).best()
    seen = (best.encoding, str(best))
    print(f"{text}  ->  {seen[1]}  ({seen[0]})")
    if seen != expected:
        wrong += 1
        print(f"  was {expected}")
raise SystemExit(wrong)
PYTHON
