#!/usr/bin/env bash
# faiss-cpu 1.15.1: rows with the same inner product come back with the greatest number first, out of
# the k smallest numbers. So the first of two results is not the one result: of 600 equal rows a search
# with k=1 gives row 0, with k=2 row 1, with k=10 row 9, with k=500 row 499. By the L2 distance the
# smallest number comes first, whatever k is. A flat index of floats and one of bytes agree in this.
#
# Expected: the best of ten is the best of one, as by L2. Seen: as below. A passage that several stories
# have word for word (an agency's) is ascribed to one or another of them by how many results are asked
# for: whoever shows the first must break the ties, by the row's number for instance.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q faiss-cpu==1.15.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import faiss
import numpy as np

rows = np.zeros((600, 8), np.float32)
rows[:, 0] = 1
by_bytes = faiss.IndexScalarQuantizer(
    8, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
)
EXPECTED = [
    ("inner product", faiss.IndexFlatIP(8), [0, 1, 9, 499]),
    ("inner product, bytes", by_bytes, [0, 1, 9, 499]),
    ("L2", faiss.IndexFlatL2(8), [0, 0, 0, 0]),
]
wrong = 0
for name, index, expected in EXPECTED:
    index.train(rows)
    index.add(rows)
    first = [int(index.search(rows[:1], k)[1][0, 0]) for k in (1, 2, 10, 500)]
    print(f"{name:22} first row with k = 1, 2, 10, 500: {first}")
    if first != expected:
        wrong += 1
        print(f"  was {expected}")
raise SystemExit(wrong)
PYTHON
