#!/usr/bin/env bash
# sentencepiece 0.2.3 refuses encode(text, out_type="immutable_proto") and names return_type="proto" in
# its place; the places of pieces, which were characters, are bytes of UTF-8 there.
#
# Expected: the same numbers from what is named as the replacement, or a word about their unit. Seen:
# with 0.2.1 "à" of "élève à" is text[6:7]; with 0.2.3 it is said to stand from 8 to 10. A program in
# French or German that follows the advice cuts its texts at wrong places and meets no error.
# Remedy: cut text.encode("utf-8") at these places.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/places.py" <<'PYTHON'
import io
import sys

import sentencepiece as sp

model = io.BytesIO()
sp.SentencePieceTrainer.train(
    sentence_iterator=iter(["élève à la mairie", "le café est fermé", "où est la forêt"] * 50),
    model_writer=model,
    vocab_size=40,
    hard_vocab_limit=False,
    minloglevel=2,
)
processor = sp.SentencePieceProcessor(model_proto=model.getvalue())
text, wrong = "élève à", 0


def places(**how: str) -> str:
    try:
        found = processor.encode(text, **how)
        *_, last = found.pieces
    except (TypeError, ValueError) as error:
        return type(error).__name__
    return f"{last.surface!r} from {last.begin} to {last.end}"


for how, expected in (
    ({"out_type": "immutable_proto"}, sys.argv[1]),
    ({"return_type": "proto"}, sys.argv[2]),
):
    seen = places(**how)
    print(f"sentencepiece {sp.__version__}, {how}: {seen}")
    if seen != expected:
        wrong = 1
        print("  was:", expected)
raise SystemExit(wrong)
PYTHON
wrong=0
look() { # VERSION, and what each of the two ways gives
  python3 -m venv "$folder/$1"
  "$folder/$1/bin/pip" install -q "sentencepiece==$1" protobuf==6.33.0
  "$folder/$1/bin/python" "$folder/places.py" "$2" "$3" || wrong=1
}
look 0.2.1 "'à' from 6 to 7" TypeError
look 0.2.3 ValueError "'à' from 8 to 10"
exit "$wrong"
