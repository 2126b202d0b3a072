"""What was measured, for people: a table, on a screen or in Markdown, and how each figure grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from rich.table import Table

Measured = dict[str, Any]
Row = tuple[str, str, Callable[[Measured], float], str]

ROWS: tuple[Row, ...] = (
    ("start to first answer", "s", lambda m: m["start"]["seconds"], ".1f"),
    ("index everything", "s", lambda m: m["index"]["seconds"], ".1f"),
    ("reindex, 1 % changed", "s", lambda m: m["reindex_some"]["seconds"], ".2f"),
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
    ("p95 during a reindex", "ms", lambda m: m["during"]["p95"], ".0f"),
    ("questions a second", "", lambda m: m["questions"]["askers_64"]["per_second"], ".0f"),
    ("memory at rest", "MB", lambda m: m["questions"]["rest_mb"], ".0f"),
    ("memory, peak while asking", "MB", lambda m: m["questions"]["peak_mb"], ".0f"),
    ("memory, peak of indexing", "MB", lambda m: m["index"]["peak_mb"], ".0f"),
    ("snapshot on disk", "MB", lambda m: m["disk_mb"], ".0f"),
    ("passages embedded a second", "", lambda m: m["encode"]["passages_per_second"], ".0f"),
    ("· against one at a time", "x", lambda m: m["encode"]["ratio"], ".2f"),
    ("right passage comes first", "%", lambda m: 100 * m["questions"]["first_is_right"], ".0f"),
)
STEADY = {
    "start to first answer", "questions a second", "passages embedded a second",
    "· against one at a time", "right passage comes first",
}  # fmt: skip
"""Rows that do not grow with the corpus, or not in a way that one number tells."""
PEERS = {
    "no message made, p50": "p50",
    "no message made, p95": "p95",
    "processor time of one": "cpu",
    "reindex, 1 % changed": "update_seconds",
    "memory at rest": "rest_mb",
}
"""Rows in which others are compared: with what they are given no message to make either."""
RIGHT = "right passage comes first"


def table(measured: Sequence[Measured], others: Sequence[Measured] = ()) -> Table:
    """Return ``cells`` for a screen."""
    head, *rows = cells(measured, others)
    shown = Table(title="Verbatim, one core", title_justify="left")
    for column in head:
        shown.add_column(column.replace(" passages, ", "\n"), justify="right" if column else "left")
    for row in rows:
        shown.add_row(*row)
    return shown


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
        "reindexing is compared by processor time."
    )


def growth(measured: Sequence[Measured]) -> dict[str, float]:
    """Return the exponent of each figure's growth: 1 is linear, 0 is none."""
    sizes = [each["passages"] for each in measured]
    mixed = len({each["vectors"] for each in measured}) > 1  # made at quite another speed
    return {
        name: exponent(sizes, [figure(each) for each in measured])
        for name, _, figure, _ in ROWS
        if name not in STEADY and len(set(sizes)) > 1 and not (mixed and name == "index everything")
    }


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Return the slope of the straight line through the logarithms, by least squares."""
    return float(np.polyfit(np.log(sizes), np.log(np.maximum(values, 1e-9)), 1)[0])
