#!/usr/bin/env bash
# faiss-cpu 1.15.1: an index whose 4-bit codes are scanned fast (PQ16x4fs) differs at the edges from the same codes
# scanned one by one (PQ16x4). Asked for more rows than it has, it fills up with number -1 and a score
# like any other (about -1) in place of the least float there is; asked with a vector of zeros, it finds
# nothing, with nan as the score, where the other returns every row with 0.
#
# Expected: -3.4e38 beside -1, and every row for zeros. Seen: as below. Whoever keeps the rows whose score is above some
# threshold keeps row -1, which in numpy is the last.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q faiss-cpu==1.15.1 numpy==2.4.6
OMP_NUM_THREADS=1 "$folder/venv/bin/python" - <<'PYTHON'
import faiss
import numpy as np

rows = np.random.default_rng(1).standard_normal((1000, 32)).astype(np.float32)
faiss.normalize_L2(rows)
zeros = np.zeros((1, 32), np.float32)
wrong = 0
for name, is_fast in (("PQ16x4", False), ("PQ16x4fs", True)):
    index = faiss.index_factory(32, name, faiss.METRIC_INNER_PRODUCT)
    index.train(rows)
    index.add(rows[:3])
    scores, numbers = index.search(rows[:1], 5)
    none_scores, none_numbers = index.search(zeros, 3)
    print(f"{name:9} 5 of 3 rows: {numbers[0]} {" ".join(f"{score:.2g}" for score in scores[0])}")
    print(f"{name:9} zeros:       {none_numbers[0]} {none_scores[0]}")
    seen = {
        "padded with -1": bool((numbers[0, 3:] == -1).all()),
        "padded with a score like any other": bool((abs(scores[0, 3:]) < 10).all()),
        "nothing found for zeros": bool((none_numbers == -1).all() and np.isnan(none_scores).all()),
    }
    expected = dict(zip(seen, (True, is_fast, is_fast), strict=True))
    if seen != expected:
        wrong += 1
        print(f"  was {expected}")
raise SystemExit(wrong)
PYTHON
