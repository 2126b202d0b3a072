"""The commands for labelled sets: eval measures answers, calibrate fits the confidence."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, cast

import click

from bot.shell import output as serializers
from bot.shell.session import Shell, command
from embeddings.errors import InputError
from embeddings.snapshots.disk import write_atomic

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
        _check_writable(misses)  # fails now rather than after hours of work
    evaluation = _measure(shell, folder, limit, plots)
    if misses:
        lines = (serializers.dumps(row) + "\n" for row in evaluation.misses)
        _replace(misses, "".join(lines).encode())
    shell.reply(evaluation.figures, None, show_figures)


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
    _check_writable(output)
    with shell.show_progress() as progress:
        calibration = asyncio.run(fit(folders, shell.settings, progress=progress))
    _replace(output, calibration.dump())
    shell.reply(calibration.document(), None, show_calibration)


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole, readable as the umask says; a failure leaves the old one.

    A link, a device and a pipe stay what they are: they are written to.
    """
    if _is_special(path):
        path.write_bytes(data)
        return
    write_atomic(path, data)
    os.umask(mask := os.umask(0))
    path.chmod(0o666 & ~mask)


def _is_special(path: Path) -> bool:
    return path.is_symlink() or (path.exists() and not path.is_file())


def _measure(shell: Shell, folder: Path, limit: int | None, plots: Path | None) -> Evaluation:
    from embeddings.measuring.evaluate import evaluate as measure  # keeps --help quick
    from embeddings.measuring.figures import check_plots, draw_plots

    if plots:
        check_plots(plots)
    with shell.show_progress() as progress:
        evaluation = asyncio.run(measure(folder, shell.settings, limit=limit, progress=progress))
    if plots and evaluation.outcomes:
        threshold = cast("float", evaluation.figures["threshold"])
        for plot in draw_plots(evaluation.outcomes, threshold, plots):
            shell.tell(str(plot))
    return evaluation


def _check_writable(path: Path) -> None:
    """Raise InputError unless a file can be put in its place; what is there is left as it is."""
    if not path.parent.is_dir():
        raise InputError(f"The folder {path.parent} does not exist; make it, or name another.")
    try:
        if _is_special(path):
            path.open("ab").close()
        else:
            TemporaryFile(dir=path.parent).close()
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None


def show_figures(screen: Screen, figures: Mapping[str, object]) -> None:
    """Show the figures of an evaluation, each with an explanation; figures by kind come last."""
    words, kinds = screen.words, cast("Mapping[str, Any]", figures.get("kinds", {}))
    rows = [
        (name, _format_figure(words, figure), words("figure-" + name.replace("@", "-")))
        for name, figure in figures.items()
        if name != "kinds"
    ]
    screen.table(["", "", ""], rows)
    if kinds:
        lines = [[k, *(_format_figure(words, f) for f in row.values())] for k, row in kinds.items()]
        screen.table(["", *next(iter(kinds.values()))], lines)


def show_calibration(screen: Screen, document: Mapping[str, Any]) -> None:
    """Show a calibration: its threshold, and the held-out figures of each labelled set."""
    rows = [("threshold", _format_figure(screen.words, document["threshold"]))]
    for source, figures in document["figures"].items():
        if isinstance(figures, dict):
            rows += [
                (f"{source}: {name}", _format_figure(screen.words, figure))
                for name, figure in figures.items()
            ]
    screen.table(["", ""], rows)
    screen.line(screen.words.say_sentence(document["note"]))


def _format_figure(words: Words, value: object) -> str:
    """Format a float with three decimals; percentiles (a mapping) with one, in one line."""
    if value is None:
        return words("none")
    if isinstance(value, Mapping):
        return " / ".join(f"{percentile:.1f}" for percentile in value.values())
    return f"{value:.3f}" if isinstance(value, float) else str(value)
