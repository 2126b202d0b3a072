"""The commands that work on labelled sets: eval measures, calibrate fits the confidence."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from bot.shell import output as documents
from bot.shell.session import Shell, command
from embeddings.errors import InputError

if TYPE_CHECKING:
    from bot.shell.screen import Screen, Words
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
        _write(misses, measured.misses)
    shell.reply(measured.figures, None, show_figures)


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
    from embeddings.measuring.calibrate import calibrate as fit  # keeps --help quick

    shell.set_up_log()
    _try(output)
    with shell.bar() as progress:
        fitted = asyncio.run(fit(folders, shell.settings, progress=progress))
    fitted.save(output)
    shell.reply(fitted.document(), None, show_calibration)


def _measure(shell: Shell, folder: Path, limit: int | None, plots: Path | None) -> Evaluation:
    from embeddings.measuring.evaluate import evaluate as measure  # keeps --help quick
    from embeddings.measuring.figures import check_plots, draw_plots

    if plots:
        check_plots(plots)
    with shell.bar() as progress:
        measured = asyncio.run(measure(folder, shell.settings, limit=limit, progress=progress))
    if plots and measured.outcomes:
        threshold = cast("float", measured.figures["threshold"])
        for drawn in draw_plots(measured.outcomes, threshold, plots):
            shell.tell(str(drawn))
    return measured


def _try(path: Path) -> None:
    """See that a file can be written, without touching what is in it; InputError when not."""
    new = not path.exists()
    try:
        path.open("ab").close()
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None
    if new:
        path.unlink()


def _write(path: Path, rows: Sequence[dict[str, object]]) -> None:
    """Write one JSON object a line; InputError when that cannot be. Tried before hours of work."""
    try:
        path.write_text("".join(documents.dumps(row) + "\n" for row in rows), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None


def show_figures(screen: Screen, figures: Mapping[str, object]) -> None:
    """Show the figures of an evaluation, each with what it means."""
    words, kinds = screen.words, cast("Mapping[str, Any]", figures.get("kinds", {}))
    rows = [
        (name, _figure(words, figure), words("figure-" + name.replace("@", "-")))
        for name, figure in figures.items()
        if name != "kinds"
    ]
    screen.table(["", "", ""], rows)
    lines = [(k, *(_figure(words, each) for each in of.values())) for k, of in kinds.items()]
    if kinds:
        screen.table(["", *next(iter(kinds.values()))], lines)


def show_calibration(screen: Screen, document: Mapping[str, Any]) -> None:
    """Show a calibration: its threshold, and what was measured on each set, held out."""
    rows = [("threshold", _figure(screen.words, document["threshold"]))]
    for source, measured in document["figures"].items():
        if isinstance(measured, dict):
            rows += [
                (f"{source}: {name}", _figure(screen.words, figure))
                for name, figure in measured.items()
            ]
    screen.table(["", ""], rows)
    screen.line(screen.words.sentence(document["note"]))


def _figure(words: Words, value: object) -> str:
    """Write a figure: three decimals, and the percentiles of a time in one line."""
    if value is None:
        return words("none")
    if isinstance(value, Mapping):
        return " / ".join(f"{number:.1f}" for number in value.values())
    return f"{value:.3f}" if isinstance(value, float) else str(value)
