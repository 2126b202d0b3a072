"""What came of it, for people and for machines."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.table import Table

if TYPE_CHECKING:
    from tests.torture.judge import Verdict
    from tests.torture.seen import Plan, Seen


def document(plan: Plan, seen: Seen, verdict: Verdict) -> dict[str, Any]:
    """Return the figures."""
    return {
        "bots": plan.bots,
        "askers": plan.askers,
        "seed": plan.seed,
        "seconds": round(seen.seconds, 1),
        **dict(sorted(verdict.counts.items())),
        "oldest answer, seconds after it was superseded": round(verdict.stale, 2),
        "killed": dict(sorted(Counter(name for name, _ in seen.kills).items())),
        "generations kept in the end": seen.left.kept if seen.left else None,
        "locks left": len(seen.left.locks) if seen.left else None,
        "lines of the audit log": len(seen.audit),
        "digests verified": seen.verified.get("checked"),
        "problems": verdict.problems,
    }


def table(figures: dict[str, Any]) -> Table:
    """Return the figures as a table."""
    shown = Table(title="Killed and restarted", title_justify="left", show_header=False)
    for name, value in figures.items():
        if name == "problems":
            shown.add_row("broken promises", str(len(value)))
        elif isinstance(value, dict):
            shown.add_row(name, ", ".join(f"{key} {count}x" for key, count in value.items()))
        else:
            shown.add_row(name, str(value))
    return shown
