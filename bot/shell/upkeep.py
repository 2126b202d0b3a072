"""The commands that look after a collection: edit, audit, export, import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.shell import output, printing
from bot.shell.session import DONE, MISTAKE, anyway, as_utf8, command, dry_run, name_author, tell
from embeddings.errors import InputError
from embeddings.reports import ChangeReport

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.shell.session import Shell
    from embeddings.engine import SearchEngine
    from embeddings.reports import AuditEntry
    from embeddings.types import ProgressCallback

FILE = click.Path(dir_okay=False, path_type=Path)


@command
@click.argument("article_id", metavar="ARTICLE_ID")
@click.option("--title", metavar="TEXT", help="Its headline.")
@click.option("--source", metavar="NAME", help="Who published it.")
@click.option("--author", metavar="NAME", help="Who signed it.")
@click.option("--date", metavar="DATE", help="The day it was published.")
@click.option("--url", metavar="ADDRESS", help="Where it can be read.")
@click.option("--language", metavar="CODE", help="Two letters, such as fr.")
@dry_run
@anyway
def edit(
    shell: Shell, /, article_id: str, *, dry_run: bool, anyway: bool, **fields: str | None
) -> int:
    """Set what is known of an article; an empty value clears it.

    What is set here stays when the article is read again.
    """
    given = {name: as_utf8(value) for name, value in fields.items() if value is not None}
    if not given:
        raise InputError("Nothing is to be changed; give --title, --date or another field.")

    async def work(engine: SearchEngine, progress: ProgressCallback) -> ChangeReport:
        proposal = await engine.propose_edit(article_id, given)
        if not dry_run:
            return await engine.confirm(
                proposal.token, by=name_author(), anyway=anyway, progress=progress
            )
        await engine.drop(proposal.token)
        return ChangeReport(
            changed=tuple(each.article for each in proposal.changed),
            unchanged=proposal.unchanged,
            proposed=proposal.changed,
        )

    return reply_change(shell, shell.run(work), output.addition, dry_run=dry_run)


@command
@click.option("--article", metavar="ARTICLE_ID", help="Only what was done to this article.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Only the newest N lines.")
def audit(shell: Shell, *, article: str | None, limit: int | None) -> None:
    """Say who changed what and when, the newest first."""

    async def work(engine: SearchEngine, _: ProgressCallback) -> tuple[AuditEntry, ...]:
        found = await engine.audit()
        return tuple(e for e in found if article is None or e.article == article)[:limit]

    shell.reply(shell.run(work), None, printing.audit)


@command
@click.argument("file", metavar="FILE.zip", type=FILE)
def export(shell: Shell, file: Path) -> None:
    """Write a collection to FILE.zip.

    Its articles with their history, its golden questions and its audit log; what is computed from
    them is left out.
    """
    articles = shell.run(lambda engine, _: engine.export(file))
    done: dict[str, object] = {"file": str(file), "articles": articles}
    shell.reply(done, None, lambda screen, it: screen.line(screen.words("exported", **it), "green"))


@command
@click.argument("file", metavar="FILE.zip", type=FILE)
@click.option("--replace", is_flag=True, help="Replace what is there; the history keeps it.")
@anyway
def import_(shell: Shell, file: Path, *, replace: bool, anyway: bool) -> int:
    """Make what export wrote to FILE.zip the collection, then index it.

    All of it or nothing. A collection that has articles is replaced only with --replace.
    """
    report = shell.run(
        lambda engine, progress: engine.import_(
            file, over=replace, by=name_author(), anyway=anyway, progress=progress
        ),
        create=True,
        seed=False,
    )
    return reply_change(shell, report, output.removal)


def reply_change(
    shell: Shell,
    report: ChangeReport,
    document: Callable[[ChangeReport], object],
    *,
    dry_run: bool = False,
) -> int:
    """Reply with what was changed and tell what was not taken; return the exit code."""
    shell.reply(report, document, lambda screen, it: printing.changes(screen, it, dry_run=dry_run))
    for note in report.report.notes if report.report else ():
        shell.tell(note)
    for rejected in report.rejected:
        reason = shell.translate(rejected.reason)
        is_named = rejected.input in rejected.reason
        tell(reason if is_named else f"{rejected.input}: {reason}")
    return MISTAKE if report.rejected else DONE
