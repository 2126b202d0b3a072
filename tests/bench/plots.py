"""Two pictures: time and memory against the size of the corpus, with the fitted growth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.bench.report import ROWS, Measured, exponent, growth

PICTURES = {
    "time": ("How time grows with the corpus", "seconds", "index everything",
             "reindex, 1 % changed", "reindex, nothing changed", "start to first answer",
             "question, p95", "question, p50"),
    "memory": ("How memory grows with the corpus", "megabytes", "memory, peak of indexing",
               "memory at rest", "snapshot on disk"),
}  # fmt: skip
INK = "#7d8590"
"""Grey with a contrast of 4 on white and on GitHub's dark page: nothing lies behind the picture."""
COLOURS = ("#2f81f7", "#d1782c", "#2da44e", "#a371f7", "#e5534b", "#b3901a")
MARKS = "osD^vP"


def draw(measured: Sequence[Measured], folder: Path) -> list[Path]:
    """Write ``time.png`` and ``memory.png``; return their paths."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    rows = {name: (unit, figure) for name, unit, figure, _ in ROWS}
    paths = []
    for picture, (title, axis, *names) in PICTURES.items():
        figure, axes = plt.subplots(figsize=(9, 4.5), layout="constrained")
        for number, name in enumerate(names):
            unit, value = rows[name]
            scale = 1e-3 if unit == "ms" else 1.0
            look = {"color": COLOURS[number], "marker": MARKS[number]}
            _line(axes, name, measured, [value(each) * scale for each in measured], look)
        axes.set(xscale="log", yscale="log", xlabel="passages in the corpus", ylabel=axis)
        axes.set_title(f"{title} (one core; lines: fitted power of n)", color=INK)
        _tone(figure, axes)
        paths.append(folder / f"{picture}.png")
        figure.savefig(paths[-1], dpi=150, transparent=True)
        plt.close(figure)
    return paths


def _tone(figure: object, axes: object) -> None:
    """Give all that is written one tone that is read on light and on dark."""
    axes.grid(visible=True, which="major", alpha=0.35, color=INK)
    axes.tick_params(which="both", colors=INK)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    for side in axes.spines.values():
        side.set_color(INK)
    figure.legend(loc="outside right upper", frameon=False, labelcolor=INK, fontsize="small")


def _line(
    axes: object,
    name: str,
    measured: Sequence[Measured],
    values: list[float],
    look: dict[str, str],
) -> None:
    """Draw the points, and the power of n that fits them best where the figure has one."""
    sizes = [each["passages"] for each in measured]
    if name not in growth(measured):
        axes.plot(sizes, values, ":", label=name, alpha=0.7, **look)
        return
    power = exponent(sizes, values)
    middle = np.exp(np.mean(np.log(values)) - power * np.mean(np.log(sizes)))
    axes.plot(sizes, values, linestyle="", label=f"{name}: n^{power:.2f}", **look)
    fitted = middle * np.power([float(size) for size in sizes], power)
    axes.plot(sizes, fitted, "-", alpha=0.6, color=look["color"])
