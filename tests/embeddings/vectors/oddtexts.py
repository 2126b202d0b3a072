"""Texts for what cuts them into pieces: the seeds, marks, scripts and ties that nobody writes."""

import random
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[3] / "seeds"


def odd_texts(marks: list[str], count: int) -> list[str]:
    """Return the marks of a model, the lines of the seeds, and so many pairs drawn by chance."""
    draw = random.Random(7)
    planes = [range(32, 127), range(0x250), range(0x300, 0x600), range(0x3000, 0xD800),
              range(0xE000, 0x20000)]  # fmt: skip
    found = ["", " ", "\0", "中" * 900, *marks]
    for path in sorted(SEEDS.glob("*.md")):
        found += path.read_text("utf-8").split("\n")
    for _ in range(count):
        size = draw.randrange(1, 60)
        found.append("".join(chr(draw.choice(draw.choice(planes))) for _ in range(size)))
        few = [draw.choice("ab.!é ") for _ in range(3)]  # ties, which rounding decides
        found.append("".join(draw.choice(few) for _ in range(3 * size)))
    return found
