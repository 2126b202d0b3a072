"""Shows answers, lists and reports as lines that a person reads in the terminal."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.asking.excerpt import choose_shown
from bot.shell.output import split_draft
from embeddings.types import FIELDS, Answer, ArticleSummary, Hit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.shell.screen import Screen, Words
    from embeddings.readers import Draft
    from embeddings.readers.many import Outcome
    from embeddings.reports import (
        AuditEntry,
        ChangeReport,
        Proposed,
        ReindexReport,
        RollbackReport,
        Status,
        VerifyReport,
    )


def show_answer(screen: Screen, value: Answer, threshold: float) -> None:
    """Show an answer: its quotes and their sources, or the refusal and the closest passage."""
    words = screen.words
    _show_understood(screen, value)
    for hit in choose_shown(value.hits):
        _show_hit(screen, hit, threshold)
    if value.refusal and not value.is_small_talk:
        key, filters = f"refusal-{value.refusal}", words.say_filters(value.filters)
        screen.line(words(key, filters=filters), "yellow")
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
        heard = [words("quoted", words=each) for each in value.understood]
        parts = ", ".join(filter(None, [*heard, words.say_filters(value.filters)]))
        screen.line(words("understood", parts=parts), "dim")
    if value.widened:
        screen.line(words("widened"), "yellow")
    for note in value.notes:
        screen.line(words.say_note(note), "yellow")


def _show_hit(screen: Screen, hit: Hit, threshold: float) -> None:
    """Show a passage with the answering sentence in bold, then its source and its link."""
    from bot.asking.links import build_link  # imported only when a passage is quoted

    words = screen.words
    first = hit.sentence.start - hit.passage.start
    length = hit.sentence.end - hit.sentence.start
    screen.indent(hit.text, "cyan", bold=(first, first + length))
    screen.indent(format_source(words, hit, threshold), "dim")
    if address := build_link(hit.article, hit.sentence.start, hit.sentence.end):
        screen.line(address, "dim")
    if hit.also_in:
        screen.indent(words("also-in", titles=words("separator").join(hit.also_in)), "dim")
    screen.line()


def format_source(words: Words, hit: Hit, threshold: float) -> str:
    """Return a hit's title, source, author, date, paragraph and confidence in one line."""
    article = hit.article
    parts = [
        article.title,
        article.source,
        article.author,
        words.say_day(article.date) if article.date else None,
        f"§ {hit.passage.paragraph}",
        words.say_confidence(hit.confidence, threshold),
    ]
    return " · ".join(part for part in parts if part)


def show_sources(screen: Screen, values: Iterable[ArticleSummary]) -> None:
    """Show the articles, one per line."""
    rows = [(v.id, v.title, v.source, v.date, v.language, v.passages) for v in values]
    names = ("id", "title", "source", "date", "language", "passages")
    _show_rows(screen, names, rows, "no-sources")


def show_changes(screen: Screen, report: ChangeReport) -> None:
    """Show the articles that a change adds, changes, keeps and removes, and its omissions."""
    words = screen.words
    for key in ("added", "changed", "unchanged"):
        articles = getattr(report, key)
        if articles:
            screen.line(words(key, articles=len(articles)), "bold")
        if report.report or key == "unchanged":
            rows = [(a.id, a.title, _say(words, a, "date"), a.passages) for a in articles]
            screen.table([""] * 4, rows)
            continue
        for article in articles:
            show_fields(screen, article.id, article, article.passages)
            screen.indent(article.opening, "dim")
    for omission in dict.fromkeys(report.left_out):
        screen.indent(f"{omission.input} – {words.say_left_out(omission)}", "dim")
    if report.removed:
        screen.line(words("removed", articles=len(report.removed)), "bold")
        screen.table([""], [(article,) for article in report.removed])
    if report.report:
        screen.line(words("indexed", **asdict(report.report)), "green")


def show_fields(screen: Screen, name: str, article: Proposed | Draft, passages: int) -> None:
    """Show an article's fields under a heading; guessed values are marked as such."""
    words = screen.words
    screen.line(name, "cyan")
    values = [_say(words, article, name) or words("unknown") for name in FIELDS]
    rows = zip([words(f"column-{name}") for name in FIELDS], values, strict=True)
    screen.table(["", ""], [*rows, (words("column-passages"), passages)])


def _say(words: Words, article: ArticleSummary | Draft, name: str) -> str:
    """Return a field's value, marked if it was guessed; empty if there is none."""
    value = str(getattr(article, name) or "")
    is_guessed = value and name in getattr(article, "inferred", ())
    return words("guessed", value=value) if is_guessed else value


def show_audit(screen: Screen, entries: Iterable[AuditEntry]) -> None:
    """Show audit entries, one per line: time, author, action, subject and details."""
    words, rows = screen.words, []
    for entry in entries:
        details = ", ".join(entry.fields)
        if entry.article is not None:
            details = details or f"{(entry.before or '')[:12]} → {(entry.after or '')[:12]}"
        elif entry.what == "publish":
            details = "+{} ~{} -{}".format(*entry.counts)
        by = words("by-itself") if entry.by in {"", "watch"} else entry.by
        what = words(f"did-{entry.what}")
        subject = entry.article or entry.snapshot
        rows.append((entry.at.isoformat(" ", "seconds"), by, what, subject, details))
    _show_rows(screen, ("at", "by", "what", "about", "details"), rows, "no-audit")


def _show_rows(
    screen: Screen, names: Iterable[str], rows: Sequence[Sequence[object]], empty_key: str
) -> None:
    """Show a table; to a person, an empty one as the sentence of ``empty_key``."""
    if not rows and screen.is_terminal:
        screen.line(screen.words(empty_key), "yellow")
        return
    screen.table((screen.words(f"column-{name}") for name in names), rows)


def show_reindex(screen: Screen, report: ReindexReport, *, key: str = "indexed") -> None:
    """Show the figures of a reindex; with ``key="planned"``, of one that has not been done."""
    keys = ("added", "changed", "removed")
    counts = (screen.words(each, articles=getattr(report, each)) for each in keys)
    screen.line(", ".join(counts))
    screen.line(screen.words(key, **asdict(report)), "green")


def show_rollback(screen: Screen, report: RollbackReport) -> None:
    """Show the live snapshot, and each article added, changed or removed by the rollback."""
    screen.line(screen.words("rolled-back", **asdict(report)), "green")
    lines = [f"+ {a.id}" for a in report.added] + [f"~ {a.id}" for a in report.changed]
    for line in [*lines, *(f"- {removed}" for removed in report.removed)]:
        screen.line(line)


def show_status(screen: Screen, value: Status) -> None:
    """Show the live snapshot, the model, the store and the installed versions."""
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
        "calibration": words.say_sentence(value.calibration),
        "kept": ", ".join(kept) or words("none"),
        "versions": ", ".join(versions),
    }
    screen.table(["", ""], [(words(f"status-{key}"), cell) for key, cell in rows.items()])
    for note in value.notes:
        screen.line(words.say_sentence(note), "yellow")


def show_verification(screen: Screen, report: VerifyReport) -> None:
    """Show the result of checking every stored checksum."""
    if report.ok:
        screen.line(screen.words("sound", checked=report.checked), "green")
        return
    count = len(report.problems)
    screen.line(screen.words("unsound", problems=count, checked=report.checked), "red")
    for problem in report.problems:
        screen.indent(screen.words.say_sentence(problem))


def show_drafts(screen: Screen, outcomes: Sequence[Outcome]) -> None:
    """Show each draft: fields, number of passages, first and last passage, and omissions."""
    for name, draft in (each for each in outcomes if isinstance(each, tuple)):
        passages = split_draft(draft)
        show_fields(screen, name, draft, len(passages))
        for passage in dict.fromkeys((passages[0], passages[-1])):
            screen.indent(passage, "dim")
        for omission in dict.fromkeys(draft.left_out):
            screen.indent(screen.words.say_left_out(omission), "yellow")
        screen.line()
