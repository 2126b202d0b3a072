"""The commands that work on labelled sets: eval measures, calibrate fits the confidence."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from bot.shell import output as documents
from bot.shell import printing
from bot.shell.session import command
from embeddings.errors import InputError

if TYPE_CHECKING:
    from bot.shell.session import Shell
    from embeddings.measuring.evaluate import Evaluation

LABELLED = click.Path(exists=True, file_okay=False, path_type=Path)


@command
@click.argument("folder", metavar="DIR", type=LABELLED)
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Ask the first N only.")
@click.option(
    "--plots",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Draw the reliability diagram and the risk-coverage curve into this folder.",
)
@click.option(
    "--misses",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="List each question answered wrongly or refused wrongly, as JSON lines.",
)
def evaluate(
    shell: Shell, folder: Path, *, limit: int | None, plots: Path | None, misses: Path | None
) -> None:
    """Measure retrieval and refusal on the labelled set in DIR."""
    shell.set_up_log()
    if misses:
        _write(misses, [])
    measured = _measure(shell, folder, limit, plots)
    if misses:
        _write(misses, [asdict(miss) for miss in measured.misses])
    shell.reply(measured.figures, None, printing.figures)


@command
@click.argument("folders", metavar="DIR...", type=LABELLED, nargs=-1, required=True)
@click.option(
    "--output",
    metavar="FILE",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the calibration is written; the setting VERBATIM_CALIBRATION takes it.",
)
def calibrate(shell: Shell, folders: tuple[Path, ...], *, output: Path) -> None:
    """Fit the confidence on the labelled sets in DIR."""
    from embeddings.measuring import fitting  # keeps --help quick

    shell.set_up_log()
    _try(output)
    with shell.bar() as progress:
        fitted = asyncio.run(fitting.calibrate(folders, shell.settings, progress=progress))
    fitted.save(output)
    shell.reply(fitted.document(), None, printing.calibration)


def _measure(shell: Shell, folder: Path, limit: int | None, plots: Path | None) -> Evaluation:
    from embeddings.measuring import plots as drawings  # keeps --help quick
    from embeddings.measuring.evaluate import evaluate as measure  # keeps --help quick

    if plots:
        drawings.ready(plots)
    with shell.bar() as progress:
        measured = asyncio.run(measure(folder, shell.settings, limit=limit, progress=progress))
    if plots and measured.outcomes:
        threshold = cast("float", measured.figures["threshold"])
        for drawn in drawings.draw(measured.outcomes, threshold, plots):
            shell.tell(str(drawn))
    return measured


def _try(path: Path) -> None:
    """See that a file can be written, without touching what is in it.

    Raises:
        InputError: It cannot.
    """
    new = not path.exists()
    try:
        path.open("ab").close()
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None
    if new:
        path.unlink()


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write one JSON object a line; tried once empty, before the hour of work.

    Raises:
        InputError: The file cannot be written.
    """
    try:
        path.write_text("".join(documents.dumps(row) + "\n" for row in rows), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None
