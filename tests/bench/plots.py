"""Two pictures: time and memory against the size of the corpus, with the fitted growth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.bench.report import ROWS, Measured, exponent

PICTURES = {
    "time": ("seconds", "index everything", "reindex, 1 % changed", "reindex, nothing changed",
             "start to first answer", "question, p50", "question, p95"),
    "memory": ("MB", "memory at rest", "memory, peak of indexing", "snapshot on disk"),
}  # fmt: skip


def draw(measured: Sequence[Measured], folder: Path) -> list[Path]:
    """Write ``time.png`` and ``memory.png``; return their paths."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    rows = {name: (unit, figure) for name, unit, figure, _ in ROWS}
    paths = []
    for picture, (axis, *names) in PICTURES.items():
        figure, axes = plt.subplots(figsize=(9, 4.5), layout="constrained")
        for name in names:
            unit, value = rows[name]
            scale = 1e-3 if unit == "ms" else 1.0
            _line(axes, name, measured, [value(each) * scale for each in measured])
        axes.set(xscale="log", yscale="log", xlabel="passages", ylabel=axis)
        axes.grid(visible=True, which="major", alpha=0.3)
        figure.legend(fontsize="small", loc="outside right upper")
        paths.append(folder / f"{picture}.png")
        figure.savefig(paths[-1], dpi=150)
        plt.close(figure)
    return paths


def _line(axes: object, name: str, measured: Sequence[Measured], values: list[float]) -> None:
    """Draw the points, and the power of n that fits them best."""
    sizes = [each["passages"] for each in measured]
    if len(sizes) < 2:
        axes.plot(sizes, values, "o", label=name)
        return
    power = exponent(sizes, values)
    middle = np.exp(np.mean(np.log(values)) - power * np.mean(np.log(sizes)))
    (points,) = axes.plot(sizes, values, "o", label=f"{name}: n^{power:.2f}")
    axes.plot(sizes, middle * np.power(sizes, power), "-", alpha=0.5, color=points.get_color())
