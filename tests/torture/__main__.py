"""``python -m tests.torture``: ten minutes of kills; exit code 1 when a promise was broken."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.embeddings.store.server import NoServerError, Server
from tests.torture.judge import judge
from tests.torture.mutants import MUTANTS
from tests.torture.running import run
from tests.torture.seen import Plan

if TYPE_CHECKING:
    from tests.torture.judge import Verdict
    from tests.torture.seen import Seen


def main() -> int:
    """Do it, and say what came of it."""
    options = arguments().parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)  # whoever stops it leaves nothing behind
    plan = Plan(60 * options.minutes, options.every, options.seed, filling=options.filling)
    try:
        postgres = Server()
    except NoServerError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    folder = Path(tempfile.mkdtemp(prefix="verbatim-torture-", dir=options.scratch))
    try:
        seen = asyncio.run(run(plan, postgres, postgres.database(), folder, options.mutant))
    finally:
        postgres.close()
    verdict = judge(seen)
    text = json.dumps(figures(plan, seen, verdict), indent=1, ensure_ascii=False) + "\n"
    sys.stdout.write(text)
    if options.json:
        options.json.write_text(text, encoding="utf-8")
    sys.stderr.write(f"logs: {folder}\n")
    return 1 if verdict.problems else 0


def figures(plan: Plan, seen: Seen, verdict: Verdict) -> dict[str, Any]:
    """Return what came of a run, each figure under what it counts."""
    return {
        "bots": plan.bots,
        "seed": plan.seed,
        "seconds": round(seen.seconds, 1),
        **dict(sorted(verdict.counts.items())),
        "oldest answer, seconds after it was superseded": round(verdict.stale, 2),
        "killed": dict(sorted(Counter(name for name, _ in seen.kills).items())),
        "snapshots kept in the end": seen.left.kept if seen.left else None,
        "lines of the audit log": len(seen.audit),
        "digests verified": seen.verified.get("checked"),
        "problems": verdict.problems,
    }


def arguments() -> argparse.ArgumentParser:
    """Return what the command line may say."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="for how long")
    parser.add_argument("--every", type=float, default=20.0, help="seconds between two kills")
    parser.add_argument("--seed", type=int, default=1, help="another one kills others")
    parser.add_argument("--filling", type=int, default=270, help="passages nobody asks about")
    parser.add_argument("--json", type=Path, help="file that the figures are written to")
    parser.add_argument("--scratch", help="folder for the processes' own folders and logs")
    parser.add_argument(
        "--mutant", default="", choices=MUTANTS, help="break a promise on purpose: see mutants.py"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
