"""The commands that look after a collection: edit, audit, export, import; and ``read``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.shell import output, printing
from bot.shell.printing import show_fields
from bot.shell.session import DONE, MISTAKE, anyway, as_utf8, command, dry_run, name_author, tell
from embeddings.errors import InputError, UnknownArticle
from embeddings.types import FIELDS, ProgressCallback, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.shell.screen import Screen
    from bot.shell.session import Shell
    from embeddings.engine import SearchEngine
    from embeddings.readers import Draft
    from embeddings.readers.many import Outcome
    from embeddings.reports import ChangeReport

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
        return proposal

    return reply_change(shell, shell.run(work), output.addition, dry_run=dry_run)


@command
@click.option("--article", metavar="ARTICLE_ID", help="Only what was done to this article.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Only the newest N lines.")
def audit(shell: Shell, *, article: str | None, limit: int | None) -> None:
    """Say who changed what and when, the newest first."""
    found = shell.run(lambda engine, _: engine.audit(article))
    if article is not None and not found:
        raise UnknownArticle.of(article)
    shell.reply(found[:limit], None, printing.audit)


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
    return _refuse(shell, (*report.rejected, *report.left))


def _refuse(shell: Shell, rejected: Sequence[Rejected]) -> int:
    """Tell what was not taken, each with its name; return the exit code."""
    for each in rejected:
        reason = shell.translate(each.reason)
        tell(reason if each.input in each.reason else f"{each.input}: {reason}")
    return MISTAKE if rejected else DONE


@command
@click.argument("inputs", metavar="PATH_OR_URL...", nargs=-1, required=True)
def read(shell: Shell, inputs: tuple[str, ...]) -> int:
    """Show what would be stored of each input, and store nothing.

    One input may hold several articles: a folder, a ZIP, a feed, an export. What is guessed is
    marked with a ?, and what is left out on purpose is told.
    """
    from embeddings.readers import Fetcher, Sandbox, read_all  # keeps --help quick

    shell.set_up_log()
    with Sandbox() as sandbox:
        outcomes = list(read_all(inputs, sandbox, Fetcher(shell.settings.fetch)))
    shell.reply(outcomes, document, show)
    return _refuse(shell, [each for each in outcomes if not isinstance(each, tuple)])


def document(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the document of what was read."""
    return {
        "read": [_entry(*each) for each in outcomes if isinstance(each, tuple)],
        "rejected": [each for each in outcomes if not isinstance(each, tuple)],
    }


def _entry(name: str, draft: Draft) -> dict[str, Any]:
    return {
        "input": name,
        **{field: getattr(draft, field) for field in FIELDS},
        "inferred": draft.inferred,
        "text": draft.text,
        "passages": _passages(draft),
        "left_out": draft.left_out,
    }


def _passages(draft: Draft) -> list[str]:
    from embeddings.text.passages import split  # keeps --help quick

    return [draft.text[each.start : each.end] for each in split(draft.article("draft"))]


def show(screen: Screen, outcomes: Sequence[Outcome]) -> None:
    """Show what was read: what is known of it, its first and its last passage, how many it has."""
    for name, draft in (each for each in outcomes if isinstance(each, tuple)):
        passages = _passages(draft)
        show_fields(screen, name, draft, len(passages))
        for passage in dict.fromkeys((passages[0], passages[-1])):
            screen.indent(passage, "dim")
        for each in dict.fromkeys(draft.left_out):
            screen.indent(screen.words.left_out(each), "yellow")
        screen.line()
