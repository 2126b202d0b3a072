"""What was measured, for people: a table, two pictures, and how each figure grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Measured = dict[str, Any]
Row = tuple[str, str, Callable[[Measured], float], str]

ROWS: tuple[Row, ...] = (
    ("start to first answer", "s", lambda m: m["start"]["seconds"], ".1f"),
    ("add everything", "s", lambda m: m["index"]["seconds"], ".1f"),
    ("add 1 % anew", "s", lambda m: m["add_some"]["seconds"], ".2f"),
    ("· processor, not encoding", "s", lambda m: _beyond_encoding(m["add_some"]), ".2f"),
    ("reindex, nothing changed", "s", lambda m: m["reindex_nothing"]["seconds"], ".2f"),
    ("question, p50", "ms", lambda m: m["questions"]["askers_1"]["p50"], ".1f"),
    ("question, p95", "ms", lambda m: m["questions"]["askers_1"]["p95"], ".1f"),
    ("question, p99", "ms", lambda m: m["questions"]["askers_1"]["p99"], ".1f"),
    ("no message made, p50", "ms", lambda m: m["questions"]["answers"]["p50"], ".1f"),
    ("no message made, p95", "ms", lambda m: m["questions"]["answers"]["p95"], ".1f"),
    ("processor time of one", "ms", lambda m: m["questions"]["stages"]["cpu"], ".1f"),
    ("processor time, p95", "ms", lambda m: m["questions"]["stages"]["cpu_p95"], ".1f"),
    *(
        (f"· {stage}", "ms", lambda m, stage=stage: m["questions"]["stages"][stage], ".2f")
        for stage in ("encode", "dense", "lexical", "rank", "verify", "render")
    ),
    ("p95 with 8 askers", "ms", lambda m: m["questions"]["askers_8"]["p95"], ".0f"),
    ("p95 with 64 askers", "ms", lambda m: m["questions"]["askers_64"]["p95"], ".0f"),
    ("p95 during an addition", "ms", lambda m: m["during"]["p95"], ".0f"),
    ("questions a second", "", lambda m: m["questions"]["askers_64"]["per_second"], ".0f"),
    ("memory at rest", "MB", lambda m: m["questions"]["rest_mb"], ".0f"),
    ("memory, peak while asking", "MB", lambda m: m["questions"]["peak_mb"], ".0f"),
    ("memory, peak of indexing", "MB", lambda m: m["index"]["peak_mb"], ".0f"),
    ("on disk", "MB", lambda m: m["disk_mb"], ".0f"),
    ("right passage comes first", "%", lambda m: 100 * m["questions"]["first_is_right"], ".0f"),
)
STEADY = {"start to first answer", "questions a second", "right passage comes first"}
"""Rows that do not grow with the corpus, or not in a way that one number tells."""
PEERS = {
    "no message made, p50": "p50",
    "no message made, p95": "p95",
    "processor time of one": "cpu",
    "· processor, not encoding": "update_seconds",
    "memory at rest": "rest_mb",
}
"""Rows in which others are compared: with what they are given no message to make either."""
PICTURES = {
    "time": ("How time grows with the corpus", "seconds", "add everything", "add 1 % anew",
             "reindex, nothing changed", "start to first answer", "question, p95"),
    "memory": ("How memory grows with the corpus", "megabytes", "memory, peak of indexing",
               "memory at rest", "on disk"),
}  # fmt: skip
INK = "#7d8590"
"""Grey with a contrast of 4 on white and on GitHub's dark page: nothing lies behind the picture."""
COLOURS = ("#2f81f7", "#d1782c", "#2da44e", "#a371f7", "#e5534b", "#b3901a")
MARKS = "osD^vP"
RIGHT = "right passage comes first"


def markdown(measured: Sequence[Measured], others: Sequence[Measured] = ()) -> str:
    """Return ``cells`` as a Markdown table, and below it what the columns are."""
    head, *rows = cells(measured, others)
    rule = ["---", *("---:" for _ in head[1:])]
    lines = ["| " + " | ".join(row) + " |" for row in (head, rule, *rows)]
    missing = [f"{each['name']}: {each['missing']}." for each in others if "missing" in each]
    compared = f" {_compared(others)}" if others else ""
    notes = f"`n^` is the power of the number of passages that a figure grows with.{compared}"
    return "\n".join([*lines, "", " ".join([notes, *missing]), ""])


def cells(measured: Sequence[Measured], others: Sequence[Measured] = ()) -> list[list[str]]:
    """Return a row for the head and one for each figure.

    Args:
        measured: One corpus each, a column.
        others: Verbatim first, then one other engine each, a column: multiples of what Verbatim
            takes for the same.
    """
    exponents, there = growth(measured), [each for each in others[1:] if "missing" not in each]
    sizes = [f"{m['passages']:,} passages, {m['vectors']} vectors" for m in measured]
    found = [["", *sizes, "n^", *(each["name"] for each in there)]]
    for name, unit, figure, digits in ROWS:
        values = [f"{figure(each):{digits}} {unit}".rstrip() for each in measured]
        power = f"{exponents[name]:.2f}" if name in exponents else ""
        found.append([name, *values, power, *(_beside(name, each, others[0]) for each in there)])
    kinds = [str(each["index"]["index"]) for each in measured]
    return [*found, ["index", *kinds, "", *("" for _ in there)]]


def _beside(name: str, other: Measured, ours: Measured) -> str:
    """Return what another engine takes, as a multiple; its own share of right passages."""
    if name == RIGHT:
        return f"{100 * other['first_is_right']:.0f} %"
    return f"{other[PEERS[name]] / ours[PEERS[name]]:.2f} x" if name in PEERS else ""


def _compared(others: Sequence[Measured]) -> str:
    ours = others[0]
    return (
        f"The columns with `x` are other engines with the same {ours['passages']:,} passages, "
        "questions and encoder on the same machine in the same run, as multiples of what Verbatim "
        f"takes (which finds the right passage first for {100 * ours['first_is_right']:.0f} %); "
        "additions are compared by processor time, the encoder's left out."
    )


def growth(measured: Sequence[Measured]) -> dict[str, float]:
    """Return the exponent of each figure's growth: 1 is linear, 0 is none."""
    sizes = [each["passages"] for each in measured]
    mixed = len({each["vectors"] for each in measured}) > 1  # made at quite another speed
    return {
        name: exponent(sizes, [figure(each) for each in measured])
        for name, _, figure, _ in ROWS
        if name not in STEADY and len(set(sizes)) > 1 and not (mixed and name == "add everything")
    }


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Return the slope of the straight line through the logarithms, by least squares."""
    return float(np.polyfit(np.log(sizes), np.log(np.maximum(values, 1e-9)), 1)[0])


def _beyond_encoding(run: Measured) -> float:
    return run["cpu"] - run["encode"]


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
        axes.grid(visible=True, which="major", alpha=0.35, color=INK)
        axes.tick_params(which="both", colors=INK)
        for part in (axes.xaxis.label, axes.yaxis.label, *axes.spines.values()):
            part.set_color(INK)
        figure.legend(loc="outside right upper", frameon=False, labelcolor=INK, fontsize="small")
        paths.append(folder / f"{picture}.png")
        figure.savefig(paths[-1], dpi=150, transparent=True)
        plt.close(figure)
    return paths


def _line(
    axes: Any, name: str, measured: Sequence[Measured], values: list[float], look: dict[str, str]
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
