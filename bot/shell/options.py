"""The options that several commands take, and how their values are read."""

from __future__ import annotations

import getpass
import os
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from embeddings.types import SHARED

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.shell.session import Shell

DONE, FAULT, MISTAKE = 0, 1, 2
"""Exit codes: done, our fault, the caller's mistake."""

Command = TypeVar("Command", bound="Callable[..., Any]")

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>\d{4})", re.ASCII)


def day(text: str) -> date:
    """Read a day: 2018-06-22, or 22/06/2018.

    Raises:
        click.BadParameter: It is not written as a day, or is not in the calendar.
    """
    found = _ISO.fullmatch(text.strip()) or _DAY_FIRST.fullmatch(text.strip())
    if not found:
        raise click.BadParameter(f"{text!r} is no date: write 2018-06-22 or 22/06/2018.")
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        raise click.BadParameter(f"{text!r} is not in the calendar.") from None


def _keep(context: click.Context, parameter: click.Parameter, value: object) -> None:
    """Keep a common option in the shell; what stands before the command counts as well."""
    shell: Shell = context.obj
    if value and parameter.name:
        setattr(shell, parameter.name, value)


def common(command: Command) -> Command:
    """Give a command the three options that all of them take."""
    options = (
        click.option(
            "--json",
            is_flag=True,
            callback=_keep,
            expose_value=False,
            help="Write one JSON document on standard output.",
        ),
        click.option(
            "--data",
            metavar="DIR",
            type=click.Path(file_okay=False, path_type=Path),
            callback=_keep,
            expose_value=False,
            help="Where the corpus, the snapshots and the database live. [default: ./data]",
        ),
        click.option(
            "--debug",
            is_flag=True,
            callback=_keep,
            expose_value=False,
            help="Show tracebacks, and log everything.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def collection(command: Command) -> Command:
    """Give a command the option that names a collection."""
    option = click.option(
        "--collection",
        metavar="NAME",
        default=SHARED,
        show_default=True,
        help="The collection to work on.",
    )
    return option(command)


def dry_run(command: Command) -> Command:
    """Give a command the option that changes nothing."""
    option = click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
    return option(command)


def anyway(command: Command) -> Command:
    """Give a command the option that publishes despite the golden questions."""
    option = click.option(
        "--anyway",
        is_flag=True,
        help="Publish even what answers the golden questions less well.",
    )
    return option(command)


def by() -> str:
    """Return who runs the program, for the audit log."""
    try:
        return f"terminal:{getpass.getuser()}"
    except (OSError, KeyError, ImportError):
        return "terminal"


def utf8(text: str) -> str:
    """Read an argument as UTF-8 whatever the locale; bytes that are none become �."""
    return os.fsencode(text).decode("utf-8", "replace")
