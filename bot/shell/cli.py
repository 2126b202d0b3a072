"""The command line: one short function per command; each replies in JSON or to a person."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from bot.shell import output, printing
from bot.shell.measuring import calibrate, evaluate
from bot.shell.session import FAULT, HelpContext, anyway, command, common, dry_run
from config import find_version
from embeddings.errors import InputError, UnknownArticle
from embeddings.types import Answer, Filters

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.shell.session import Shell
    from embeddings.engine import SearchEngine
    from embeddings.reports import ChangeReport, OptionArgs

FILE = click.Path(dir_okay=False, path_type=Path)


def _parse_day(edge: Literal["first", "last"]) -> Callable[[str], date]:
    """Return a parser of dates (2018-06-22, "juin 2018") that gives their first or last day."""

    def parse(text: str) -> date:
        from embeddings.question.days import read_days  # keeps --help quick

        days = read_days(text, datetime.now(UTC).date())
        if days is None:
            raise click.BadParameter(
                f'{text!r} is no date in the calendar: write 2018-06-22, or "22 juin 2018"'
            )
        return days.first if edge == "first" else days.last

    return parse


def _read_utf8(text: str) -> str:
    """Decode an argument as UTF-8 whatever the locale; invalid bytes become �."""
    return os.fsencode(text).decode("utf-8", "replace")


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@common
@click.version_option(find_version() or "?", message="verbatim %(version)s")
def app() -> None:
    """Answer questions about news stories with the stories' own words.

    Without a command: the Discord bot when a token is set (DISCORD_TOKEN), and a conversation
    in this terminal when none is.
    """


@command
@click.argument("question", nargs=-1, required=True)
@click.option("--after", multiple=True, metavar="QUESTION", help="An earlier question as context.")
@click.option("--top-k", type=click.IntRange(1, 10), metavar="N", help="The most passages.")
@click.option(
    "--since", type=_parse_day("first"), metavar="DATE", help="The earliest day of publication."
)
@click.option(
    "--until", type=_parse_day("last"), metavar="DATE", help="The latest day of publication."
)
@click.option("--source", metavar="NAME", help="Who published it.")
def ask(
    shell: Shell,
    question: tuple[str, ...],
    *,
    after: tuple[str, ...],
    top_k: int | None,
    since: date | None,
    until: date | None,
    source: str | None,
) -> None:
    """Answer QUESTION, or say that nothing does.

    The passages are quoted word for word, the surest first, each with its source. A question that
    leans on an earlier one, such as "et Google ?", is understood with --after "…"; give several
    of these oldest first.
    """
    if since and until and since > until:
        raise InputError(f"--since {since} is later than --until {until}: swap them.")
    filters = Filters(since=since, until=until, source=_read_utf8(source) if source else None)
    asked, earlier = _read_utf8(" ".join(question)), tuple(map(_read_utf8, after))

    async def work(engine: SearchEngine, _: OptionArgs) -> tuple[Answer, float]:
        answer = await engine.ask(asked, top_k=top_k, filters=filters, before=earlier)
        return answer, engine.threshold

    answer, threshold = shell.run(work)
    shell.reply(answer, output.dump_answer, partial(printing.show_answer, threshold=threshold))


@command
def sources(shell: Shell) -> None:
    """List the articles."""
    articles = shell.read(lambda engine: engine.sources())
    shell.reply(articles, output.dump_sources, printing.show_sources)


@command
@click.argument("inputs", metavar="PATH_OR_URL...", nargs=-1, required=True)
@dry_run
@anyway
def add(shell: Shell, inputs: tuple[str, ...]) -> int:
    """Add articles, then index them.

    From files, folders and addresses. An input that is rejected is named with the reason; the
    others are added. With --dry-run each article is shown as it was understood, with a ? after
    each guess.
    """
    report = shell.run(
        lambda engine, args: engine.add(inputs, dry_run=shell.dry_run, **args),
        create=not shell.dry_run,
        seed=False,
    )
    return _reply_change(shell, report)


@command
@click.argument("article_ids", metavar="ARTICLE_ID...", nargs=-1, required=True)
@dry_run
@anyway
def remove(shell: Shell, article_ids: tuple[str, ...]) -> int:
    """Remove articles, then index the others."""
    report = shell.run(
        lambda engine, args: engine.remove(article_ids, dry_run=shell.dry_run, **args)
    )
    return _reply_change(shell, report, output.dump_removal)


@command
@dry_run
@click.option("--full", is_flag=True, help="Encode everything again, even what has not changed.")
@anyway
def reindex(shell: Shell, *, full: bool) -> None:
    """Build a new snapshot of the corpus and publish it."""
    dry_run, key = shell.dry_run, "planned" if shell.dry_run else "indexed"
    report = shell.run(lambda engine, args: engine.reindex(dry_run=dry_run, full=full, **args))
    for note in report.notes:
        shell.tell(note)
    shell.reply(report, output.dump_reindex, partial(printing.show_reindex, key=key))


@command
@click.argument("snapshot", required=False)
def rollback(shell: Shell, snapshot: str | None) -> None:
    """Serve an earlier SNAPSHOT, by default the last with other articles."""
    report = shell.run(lambda engine, args: engine.rollback(snapshot, by=args["by"]))
    shell.reply(report, output.dump_rollback, printing.show_rollback)


@command
def status(shell: Shell) -> None:
    """Show the live snapshot, the model, the store and the versions."""
    shell.reply(shell.read(lambda engine: engine.status()), None, printing.show_status)


@command
def verify(shell: Shell) -> int:
    """Check all that is stored against its digests.

    The exit code is 1 when a file or a passage is not what was written.
    """
    report = shell.run(lambda engine, _: engine.verify())
    shell.reply(report, output.dump_verification, printing.show_verification)
    return 0 if report.ok else FAULT


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
def edit(shell: Shell, /, article_id: str, **fields: str | None) -> int:
    """Set an article's fields; an empty value clears one.

    What is set here stays when the article is read again.
    """
    values = {name: _read_utf8(value) for name, value in fields.items() if value is not None}
    if not values:
        raise InputError("Nothing is to be changed; give --title, --date or another field.")

    async def work(engine: SearchEngine, options: OptionArgs) -> ChangeReport:
        proposal = await engine.propose_edit(article_id, values)
        if not shell.dry_run:
            return await engine.confirm(proposal.token, **options)
        await engine.drop(proposal.token)
        return proposal

    return _reply_change(shell, shell.run(work))


@command
@click.option("--article", metavar="ARTICLE_ID", help="Only the changes of this article.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Only the newest N lines.")
def audit(shell: Shell, *, article: str | None, limit: int | None) -> None:
    """List who changed what and when, newest first."""
    entries = shell.run(lambda engine, _: engine.audit(article))
    if article is not None and not entries:
        raise UnknownArticle.of(article)
    shell.reply(entries[:limit], None, printing.show_audit)


@command
@click.argument("file", metavar="FILE.zip", type=FILE)
def export(shell: Shell, file: Path) -> None:
    """Write a collection to FILE.zip.

    Its articles with their history, its golden questions and its audit log; what is computed from
    them is left out.
    """
    articles = shell.run(lambda engine, _: engine.export(file))
    written: dict[str, object] = {"file": str(file), "articles": articles}
    shell.reply(
        written, None, lambda screen, w: screen.line(screen.words("exported", **w), "green")
    )


@command
@click.argument("file", metavar="FILE.zip", type=FILE)
@click.option("--replace", is_flag=True, help="Replace what is there; the history keeps it.")
@anyway
def import_(shell: Shell, file: Path, *, replace: bool) -> int:
    """Make what export wrote to FILE.zip the collection, then index it.

    All of it or nothing. A collection that has articles is replaced only with --replace.
    """
    report = shell.run(
        lambda engine, args: engine.import_(file, over=replace, **args), create=True, seed=False
    )
    return _reply_change(shell, report, output.dump_removal)


@command
@click.argument("inputs", metavar="PATH_OR_URL...", nargs=-1, required=True)
def read(shell: Shell, inputs: tuple[str, ...]) -> int:
    """Show what would be stored of each input, and store nothing.

    One input may hold several articles: a folder, a ZIP, a feed, an export. A guess has a ? after
    it; the parts that are left out on purpose are named.
    """
    from embeddings.readers import Fetcher, Sandbox, read_all  # keeps --help quick

    shell.set_up_log()
    with Sandbox() as sandbox:
        outcomes = list(read_all(inputs, sandbox, Fetcher(shell.settings.fetch)))
    shell.reply(outcomes, output.dump_outcomes, printing.show_drafts)
    return shell.tell_rejected([each for each in outcomes if not isinstance(each, tuple)])


def _reply_change(
    shell: Shell,
    report: ChangeReport,
    document: Callable[[ChangeReport], object] = output.dump_addition,
) -> int:
    """Reply with a change's report, tell its notes and rejected inputs; return the exit code."""
    shell.reply(report, document, printing.show_changes)
    for note in report.report.notes if report.report else ():
        shell.tell(note)
    return shell.tell_rejected((*report.rejected, *report.left))


app.context_class = HelpContext
for subcommand in (ask, sources, read, add, remove, reindex, rollback, status, verify):
    app.add_command(subcommand)
for subcommand in (evaluate, calibrate, edit, audit, export, import_):
    app.add_command(subcommand)
