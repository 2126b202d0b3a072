"""Answers, lists and reports -> the lines that a person reads in the terminal."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.asking.excerpt import shown_at_first
from embeddings.types import FIELDS, Answer, ArticleSummary, Filters, Hit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.shell.screen import Screen, Words
    from embeddings.readers import Draft
    from embeddings.reports import (
        AuditEntry,
        ChangeReport,
        Proposed,
        ReindexReport,
        RollbackReport,
        Status,
        VerifyReport,
    )


def answer(screen: Screen, value: Answer, threshold: float) -> None:
    """Show an answer: its quotes and their sources, or the refusal and what comes close."""
    words = screen.words
    _show_understood(screen, value)
    for hit in shown_at_first(value.hits):
        _show_hit(screen, hit, threshold)
    if value.refusal and not value.is_small_talk:
        screen.line(words(f"refusal-{value.refusal}"), "yellow")
    if value.closest:
        screen.line(words("closest"), "yellow")
    for hit in value.closest[:1]:
        _show_hit(screen, hit, threshold)
    if value.nearest_titles:
        screen.line(words("nearest", titles=words("separator").join(value.nearest_titles)), "dim")


def _show_understood(screen: Screen, value: Answer) -> None:
    words = screen.words
    if value.understood_as:
        screen.line(words("understood-as", question=value.understood_as), "dim")
    if value.understood:
        said = [f"« {part} »" for part in value.understood] + _filters(words, value.filters)
        screen.line(words("understood", parts=", ".join(said)), "dim")
    if value.widened:
        screen.line(words("widened"), "yellow")
    for note in value.notes:
        screen.line(words.note(note), "yellow")


def _show_hit(screen: Screen, hit: Hit, threshold: float) -> None:
    """Show a quote, the sentence that answers in bold, and where it stands."""
    from bot.asking.links import link  # only where a passage is quoted

    words = screen.words
    first = hit.sentence.start - hit.passage.start
    length = hit.sentence.end - hit.sentence.start
    screen.indent(hit.text, "cyan", bold=(first, first + length))
    screen.indent(source_line(words, hit, threshold), "dim")
    if address := link(hit.article, hit.sentence.start, hit.sentence.end):
        screen.line(address, "dim")
    if hit.also_in:
        screen.indent(words("also-in", titles=words("separator").join(hit.also_in)), "dim")
    screen.line()


def source_line(words: Words, hit: Hit, threshold: float) -> str:
    """Return who said it, where and when, and how sure we are that it answers."""
    article = hit.article
    parts = [
        article.title,
        article.source,
        article.author,
        words.day(article.date) if article.date else None,
        f"§ {hit.passage.paragraph}",
        words.confidence(hit.confidence, threshold),
    ]
    return " · ".join(part for part in parts if part)


def _filters(words: Words, filters: Filters) -> list[str]:
    days = {"since": filters.since, "until": filters.until}
    said = [words(key, day=words.day(day)) for key, day in days.items() if day]
    return [*said, words("in-source", source=filters.source)] if filters.source else said


def sources(screen: Screen, values: Iterable[ArticleSummary]) -> None:
    """Show the articles, one a line."""
    rows = [(v.id, v.title, v.source, v.date, v.language, v.passages) for v in values]
    names = ("id", "title", "source", "date", "language", "passages")
    _list(screen, names, rows, "no-sources")


def changes(screen: Screen, report: ChangeReport, *, dry_run: bool) -> None:
    """Show which articles came, changed or went."""
    words = screen.words
    if dry_run:
        screen.line(words("would-be"), "yellow")
    for key in ("added", "changed", "unchanged"):
        articles = getattr(report, key)
        if articles:
            screen.line(words(key, articles=len(articles)), "bold")
        if report.report or key == "unchanged":
            screen.table([""] * 4, [(a.id, a.title, a.date, a.passages) for a in articles])
            continue
        for article in articles:
            show_fields(screen, article.id, article, article.passages)
            screen.indent(article.opening, "dim")
    for each in dict.fromkeys(report.left_out):
        screen.indent(f"{each.input} – {words.left_out(each)}", "dim")
    if report.removed:
        screen.line(words("removed", articles=len(report.removed)), "bold")
        screen.table([""], [(one,) for one in report.removed])
    if report.report:
        _show_indexed(screen, report.report)


def show_fields(screen: Screen, name: str, known: Proposed | Draft, passages: int) -> None:
    """Show what is known of an article under a name; what was guessed has a question mark."""
    words = screen.words
    screen.line(name, "cyan")
    rows = []
    for field in FIELDS:
        value = getattr(known, field)
        if value is not None and field in known.inferred:
            value = words("guessed", value=str(value))
        rows.append((words(f"column-{field}"), value or words("unknown")))
    screen.table(["", ""], [*rows, (words("column-passages"), passages)])


def audit(screen: Screen, entries: Iterable[AuditEntry]) -> None:
    """Show who changed what and when."""
    words, rows = screen.words, []
    for entry in entries:
        told = ", ".join(entry.fields)
        if entry.article is not None:
            told = told or f"{(entry.before or '')[:12]} → {(entry.after or '')[:12]}"
        elif entry.what == "publish":
            told = "+{} ~{} -{}".format(*entry.counts)
        what, by = words(f"did-{entry.what}"), entry.by or words("somebody")
        about = entry.article or entry.snapshot
        rows.append((entry.at.isoformat(" ", "seconds"), by, what, about, told))
    _list(screen, ("at", "by", "what", "about", "details"), rows, "no-audit")


def _list(
    screen: Screen, names: Iterable[str], rows: Sequence[Sequence[object]], nothing: str
) -> None:
    """Show rows under the names of their columns, or, to a person, that there are none."""
    if not rows and screen.is_terminal:
        screen.line(screen.words(nothing), "yellow")
        return
    screen.table((screen.words(f"column-{name}") for name in names), rows)


def reindex(screen: Screen, report: ReindexReport, *, dry_run: bool) -> None:
    """Show what a reindex did."""
    if dry_run:
        screen.line(screen.words("would-be"), "yellow")
    keys = ("added", "changed", "removed")
    screen.line(", ".join(screen.words(key, articles=getattr(report, key)) for key in keys))
    _show_indexed(screen, report, dry_run=dry_run)


def _show_indexed(screen: Screen, report: ReindexReport, *, dry_run: bool = False) -> None:
    key = "planned" if dry_run else "indexed"
    screen.line(screen.words(key, **asdict(report)), "green")


def rollback(screen: Screen, done: RollbackReport) -> None:
    """Show which snapshot serves now, and which articles that brought back or took away."""
    screen.line(screen.words("rolled-back", **asdict(done)), "green")
    for sign, names in (
        ("+", [each.id for each in done.added]),
        ("~", [each.id for each in done.changed]),
        ("-", list(done.removed)),
    ):
        for name in names:
            screen.line(f"{sign} {name}")


def status(screen: Screen, value: Status) -> None:
    """Show what serves now, and on what it runs."""
    words = screen.words
    kept = [f"{s.snapshot} ({s.passages})" for s in value.snapshots]
    versions = [f"{name} {version}" for name, version in value.versions.items()]
    rows = {
        "snapshot": value.snapshot or words("none"),
        "created": value.created_at.isoformat(" ", "seconds") if value.created_at else "",
        "model": f"{value.model} ({value.dimension})",
        "articles": value.articles,
        "passages": value.passages,
        "collections": ", ".join(value.collections),
        "store": value.store,
        "index": value.index or words("none"),
        "threshold": f"{value.threshold:.2f}",
        "calibration": words.sentence(value.calibration),
        "kept": ", ".join(kept) or words("none"),
        "versions": ", ".join(versions),
    }
    screen.table(["", ""], [(words(f"status-{key}"), cell) for key, cell in rows.items()])
    for note in value.notes:
        screen.line(words.sentence(note), "yellow")


def verification(screen: Screen, report: VerifyReport) -> None:
    """Show what a check of every digest found."""
    if report.ok:
        screen.line(screen.words("sound", checked=report.checked), "green")
        return
    count = len(report.problems)
    screen.line(screen.words("unsound", problems=count, checked=report.checked), "red")
    for problem in report.problems:
        screen.indent(screen.words.sentence(problem))
