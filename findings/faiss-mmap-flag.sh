#!/usr/bin/env bash
# faiss-cpu 1.15.1: read_index(file, IO_FLAG_MMAP) of a flat index maps nothing: it reads the whole file
# into memory and says nothing. IO_FLAG_MMAP_IFC maps it.
#
# Expected: that a flag named "mmap" maps, or is refused where it has no effect. Seen: with it a file of
# 100 MB takes 100 MB of memory of its own and no mapping of the file exists (it concerns inverted lists
# alone); with IO_FLAG_MMAP_IFC the same file takes none, is mapped once, and finds the same.
# Reads /proc, so it needs Linux.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q faiss-cpu==1.15.1 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from pathlib import Path

import faiss
import numpy as np

vectors = np.random.default_rng(0).standard_normal((100_000, 256)).astype(np.float32)
index = faiss.IndexFlatIP(256)
index.add(vectors)
faiss.write_index(index, "flat.index")
del index


def own_megabytes() -> int:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) >> 10 for line in lines if line.startswith("Pss_Anon"))


EXPECTED = {  # the memory that the index takes, and how many mappings of its file there are
    "0": ("100 MB", 0),
    "IO_FLAG_MMAP": ("100 MB", 0),
    "IO_FLAG_MMAP_IFC": ("0 MB", 1),
}
wrong = 0
for name, expected in EXPECTED.items():
    before = own_megabytes()
    index = faiss.read_index("flat.index", getattr(faiss, name, 0))
    took = own_megabytes() - before
    mapped = sum("flat.index" in line for line in Path("/proc/self/maps").read_text().splitlines())
    first = index.search(vectors[:3], 1)[1].ravel().tolist()
    seen = (f"{round(took, -1)} MB", mapped)
    print(f"{name:17} memory {seen[0]:>7}, mappings of the file {mapped}, finds {first}")
    if seen != expected or first != [0, 1, 2]:
        wrong += 1
        print(f"  was {expected}")
    del index
raise SystemExit(wrong)
PYTHON
