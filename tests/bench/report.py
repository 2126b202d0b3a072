"""What was measured, for people: a table, and how each figure grows with the corpus."""

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
GROWING = ROWS[1:16] + ROWS[19:23]


def table(measured: Sequence[Measured]) -> Table:
    """Return one column a corpus, and how fast each row grows."""
    shown = Table(title="Verbatim, one core", title_justify="left")
    shown.add_column("")
    for each in measured:
        shown.add_column(f"{each['passages']:,}\n{each['vectors']} vectors", justify="right")
    shown.add_column("grows as n^", justify="right")
    exponents = growth(measured)
    for name, unit, figure, digits in ROWS:
        cells = [f"{figure(each):{digits}} {unit}" for each in measured]
        shown.add_row(name, *cells, f"{exponents[name]:.2f}" if name in exponents else "")
    shown.add_row("index", *(each["index"]["index"] for each in measured), "")
    return shown


def growth(measured: Sequence[Measured]) -> dict[str, float]:
    """Return the exponent of each figure's growth: 1 is linear, 0 is none."""
    sizes = [each["passages"] for each in measured]
    mixed = len({each["vectors"] for each in measured}) > 1  # made at quite another speed
    return {
        name: exponent(sizes, [figure(each) for each in measured])
        for name, _, figure, _ in GROWING
        if len(set(sizes)) > 1 and not (mixed and name == "index everything")
    }


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Return the slope of the straight line through the logarithms, by least squares."""
    return float(np.polyfit(np.log(sizes), np.log(np.maximum(values, 1e-9)), 1)[0])


def peers(measured: Sequence[Measured]) -> Table:
    """Return what others took for the same, as multiples of what Verbatim takes."""
    shown = Table(title="Others, same passages, same encoder", title_justify="left")
    columns = ("", "question p50", "p95", "processor", "update 1 %", "memory", "right first")
    for column in columns:
        shown.add_column(column, justify="right" if column else "left")
    ours = measured[0]
    for each in measured:
        if "missing" in each:
            shown.add_row(each["name"], f"not measured: {each['missing']}")
            continue
        ratios = (
            f"{each[k] / ours[k]:.2f} x" for k in ("p50", "p95", "cpu", "update_seconds", "rest_mb")
        )
        shown.add_row(each["name"], *ratios, f"{100 * each['first_is_right']:.0f} %")
    return shown
