"""The command line: one short function a command, each in two forms, JSON and for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.shell import output, printing
from bot.shell.measuring import calibrate, evaluate
from bot.shell.session import (
    FAULT,
    Context,
    anyway,
    as_utf8,
    command,
    common,
    day_of,
    dry_run,
    name_author,
)
from bot.shell.upkeep import audit, edit, export, import_, read, reply_change
from embeddings.errors import InputError
from embeddings.types import Answer, Filters, ProgressCallback

if TYPE_CHECKING:
    from datetime import date

    from bot.shell.session import Shell
    from embeddings.engine import SearchEngine


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@common
@click.version_option(package_name="verbatim", message="%(package)s %(version)s")
def app() -> None:
    """Answer questions about news stories with the stories' own words.

    Without a command: the Discord bot when a token is set (DISCORD_TOKEN), and a conversation
    in this terminal when none is.
    """


@command
@click.argument("question", nargs=-1, required=True)
@click.option("--after", multiple=True, metavar="QUESTION", help="What was asked before it.")
@click.option("--top-k", type=click.IntRange(1, 10), metavar="N", help="The most passages.")
@click.option(
    "--since", type=day_of("first"), metavar="DATE", help="The earliest day of publication."
)
@click.option("--until", type=day_of("last"), metavar="DATE", help="The latest day of publication.")
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
    filters = Filters(since=since, until=until, source=as_utf8(source) if source else None)
    asked, before = as_utf8(" ".join(question)), tuple(map(as_utf8, after))

    async def work(engine: SearchEngine, _: ProgressCallback) -> tuple[Answer, float]:
        answer = await engine.ask(asked, top_k=top_k, filters=filters, before=before)
        return answer, engine.threshold

    answer, threshold = shell.run(work)
    shell.reply(answer, output.answer, lambda screen, it: printing.answer(screen, it, threshold))


@command
def sources(shell: Shell) -> None:
    """List the articles."""
    found = shell.look(lambda engine: engine.sources())
    shell.reply(found, output.sources, printing.sources)


@command
@click.argument("inputs", metavar="PATH_OR_URL...", nargs=-1, required=True)
@dry_run
@anyway
def add(shell: Shell, inputs: tuple[str, ...], *, dry_run: bool, anyway: bool) -> int:
    """Read articles in, then index them.

    From files, folders and addresses; what is not taken is told, and the rest is done. With
    --dry-run each article is shown as it was understood, what was guessed marked with a ?.
    """
    report = shell.run(
        lambda engine, progress: engine.add(
            inputs, dry_run=dry_run, by=name_author(), anyway=anyway, progress=progress
        ),
        create=not dry_run,
        seed=False,
    )
    return reply_change(shell, report, output.addition, dry_run=dry_run)


@command
@click.argument("article_ids", metavar="ARTICLE_ID...", nargs=-1, required=True)
@dry_run
@anyway
def remove(shell: Shell, article_ids: tuple[str, ...], *, dry_run: bool, anyway: bool) -> int:
    """Take articles out, then index what is left."""
    report = shell.run(
        lambda engine, progress: engine.remove(
            article_ids, dry_run=dry_run, by=name_author(), anyway=anyway, progress=progress
        )
    )
    return reply_change(shell, report, output.removal, dry_run=dry_run)


@command
@dry_run
@click.option("--full", is_flag=True, help="Encode everything again, even what has not changed.")
@anyway
def reindex(shell: Shell, *, dry_run: bool, full: bool, anyway: bool) -> None:
    """Build a new snapshot of the corpus and publish it."""
    report = shell.run(
        lambda engine, progress: engine.reindex(
            dry_run=dry_run, full=full, by=name_author(), anyway=anyway, progress=progress
        )
    )
    for note in report.notes:
        shell.tell(note)
    shell.reply(
        report, output.reindex, lambda screen, it: printing.reindex(screen, it, dry_run=dry_run)
    )


@command
@click.argument("snapshot", required=False)
def rollback(shell: Shell, snapshot: str | None) -> None:
    """Serve an earlier SNAPSHOT, by default the last with other articles."""
    done = shell.run(lambda engine, _: engine.rollback(snapshot, by=name_author()))
    shell.reply(done, output.rollback, printing.rollback)


@command
def status(shell: Shell) -> None:
    """Say what serves now, and on what it runs."""
    shell.reply(shell.look(lambda engine: engine.status()), None, printing.status)


@command
def verify(shell: Shell) -> int:
    """Check all that is stored against its digests.

    The exit code is 1 when a file or a passage is not what was written.
    """
    report = shell.run(lambda engine, _: engine.verify())
    shell.reply(report, output.verify, printing.verification)
    return 0 if report.ok else FAULT


app.context_class = Context
for each in (ask, sources, read, add, remove, reindex, rollback, status, verify):
    app.add_command(each)
for each in (evaluate, calibrate, edit, audit, export, import_):
    app.add_command(each)
