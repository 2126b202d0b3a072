"""The command line: one short function a command, each in two forms, JSON and for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.shell import output, printing
from bot.shell.measuring import calibrate, evaluate
from bot.shell.session import (
    DONE,
    FAULT,
    anyway,
    as_utf8,
    common,
    dry_run,
    name_author,
    read_day,
)
from bot.shell.upkeep import audit, edit, export, import_, tell_rejected
from embeddings.errors import InputError
from embeddings.types import Filters

if TYPE_CHECKING:
    from datetime import date

    from bot.shell.session import Shell
    from embeddings.engine import SearchEngine
    from embeddings.types import Answer, ArticleSummary, ProgressCallback, Status


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


@app.command()
@click.argument("question", nargs=-1, required=True)
@click.option(
    "--after", multiple=True, metavar="QUESTION", help="What was asked before; oldest first."
)
@click.option(
    "--top-k", type=click.IntRange(1, 10), metavar="N", help="How many passages at the most."
)
@click.option("--since", type=read_day, metavar="DATE", help="The earliest day of publication.")
@click.option("--until", type=read_day, metavar="DATE", help="The latest day of publication.")
@click.option("--source", metavar="NAME", help="Who published it.")
@common
@click.pass_obj
def ask(
    shell: Shell,
    question: tuple[str, ...],
    *,
    after: tuple[str, ...],
    top_k: int | None,
    since: date | None,
    until: date | None,
    source: str | None,
) -> int:
    """Answer QUESTION, or say that nothing does.

    The passages are quoted word for word, the surest first, each with its source. A question that
    leans on an earlier one, such as "et Google ?", is understood with --after "…".
    """
    if since and until and since > until:
        raise InputError(f"--since {since} is later than --until {until}: swap them.")
    filters = Filters(since=since, until=until, source=as_utf8(source) if source else None)
    asked = as_utf8(" ".join(question))
    before = tuple(map(as_utf8, after))

    async def work(engine: SearchEngine, _: ProgressCallback) -> tuple[Answer, float]:
        answer = await engine.ask(asked, top_k=top_k, filters=filters, before=before)
        return answer, engine.threshold

    value, threshold = shell.run(work)
    shell.reply(output.answer(value), lambda screen: printing.answer(screen, value, threshold))
    return DONE


@app.command()
@common
@click.pass_obj
def sources(shell: Shell) -> int:
    """List the articles."""

    async def work(engine: SearchEngine, _: ProgressCallback) -> tuple[ArticleSummary, ...]:
        return engine.sources()

    values = shell.run(work)
    shell.reply(output.sources(values), lambda screen: printing.sources(screen, values))
    return DONE


@app.command()
@click.argument("inputs", metavar="PATH_OR_URL...", nargs=-1, required=True)
@dry_run
@anyway
@common
@click.pass_obj
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
    shell.reply(
        output.addition(report),
        lambda screen: printing.changes(screen, report, dry_run=dry_run),
    )
    return tell_rejected(shell, report)


@app.command()
@click.argument("article_ids", metavar="ARTICLE_ID...", nargs=-1, required=True)
@dry_run
@anyway
@common
@click.pass_obj
def remove(shell: Shell, article_ids: tuple[str, ...], *, dry_run: bool, anyway: bool) -> int:
    """Take articles out, then index what is left."""
    report = shell.run(
        lambda engine, progress: engine.remove(
            article_ids, dry_run=dry_run, by=name_author(), anyway=anyway, progress=progress
        ),
    )
    shell.reply(
        output.removal(report),
        lambda screen: printing.changes(screen, report, dry_run=dry_run),
    )
    return tell_rejected(shell, report)


@app.command()
@dry_run
@click.option("--full", is_flag=True, help="Encode everything again, even what has not changed.")
@anyway
@common
@click.pass_obj
def reindex(shell: Shell, *, dry_run: bool, full: bool, anyway: bool) -> int:
    """Build a new snapshot of the corpus and publish it."""
    report = shell.run(
        lambda engine, progress: engine.reindex(
            dry_run=dry_run, full=full, by=name_author(), anyway=anyway, progress=progress
        ),
    )
    for note in report.notes:
        shell.tell(note)
    shell.reply(
        output.reindex(report),
        lambda screen: printing.reindex(screen, report, dry_run=dry_run),
    )
    return DONE


@app.command()
@click.argument("snapshot", required=False)
@common
@click.pass_obj
def rollback(shell: Shell, snapshot: str | None) -> int:
    """Serve an earlier SNAPSHOT, by default the one before."""
    serving, previous = shell.run(lambda engine, _: engine.rollback(snapshot, by=name_author()))
    shell.reply(
        {"snapshot": serving, "previous": previous},
        lambda screen: printing.rollback(screen, serving, previous),
    )
    return DONE


@app.command()
@common
@click.pass_obj
def status(shell: Shell) -> int:
    """Say what serves now, and on what it runs."""

    async def work(engine: SearchEngine, _: ProgressCallback) -> Status:
        return engine.status()

    value = shell.run(work)
    shell.reply(value, lambda screen: printing.status(screen, value))
    return DONE


@app.command()
@common
@click.pass_obj
def verify(shell: Shell) -> int:
    """Check all that is stored against its digests.

    The exit code is 1 when a file or a passage is not what was written.
    """
    report = shell.run(lambda engine, _: engine.verify())
    shell.reply(
        output.verify(report),
        lambda screen: printing.verification(screen, report),
    )
    return DONE if report.ok else FAULT


app.add_command(evaluate)
app.add_command(calibrate)
app.add_command(edit)
app.add_command(audit)
app.add_command(export)
app.add_command(import_)
