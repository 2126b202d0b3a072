"""Answer -> what Discord shows, within its limits: quotes, sources, notes and buttons; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from discord import ui

from bot.asking.excerpt import excerpt, how_sure, shown_at_first
from bot.asking.links import MAX_URL, link
from bot.translate import Language
from bot.ui.components import ANSWERED, REFUSED, Card, Piece, button, question, row, text, width
from bot.ui.markup import fit, plain
from bot.ui.naming import NAME, TITLE, corrected_line, day, open_select, pack, place, ref, write_day
from embeddings.types import Answer, Article, ArticleSummary, Filters, Hit, Note, Refusal

Button = ui.Button[Any]

SHOWN = 3
"""The most passages in one message."""
PAGES = 3
"""How many messages of passages an answer may fill, by its button for more."""
QUESTION, NOTE, BRIEF = 1000, 200, 32
"""The most characters of a question, of a note, and of a name under a quote: on a telephone of 360
pixels the line of a source then takes four lines at the most."""
QUOTE = 1200
"""The most characters of a quote; longer ones are hard to read on a telephone."""
TEXT = 3900
"""What a message may hold, with some room left below the 4000 of Discord."""
ALIKE = 0.03
"""Two probabilities that differ by less are alike: then the reader's language goes first."""
_ADDRESS = 300
"""The longest address that a title is linked to."""


@dataclass(frozen=True, slots=True)
class View:
    """Who an answer is shown to, and which part of it.

    Attributes:
        language: The reader's.
        threshold: The probability from which on questions are answered.
        name: What the votes on this answer are counted under.
        offset: How many of its passages were shown before; fewer than it has.
        most: How many are shown at once, from 1 to ``SHOWN``.
        can_publish: True when only the asker sees it: it may then be shown to the channel.
        offers: What the server has set up for questions without an answer: ``news``, ``tell``.
    """

    language: Language
    threshold: float
    name: str = "--------"
    offset: int = 0
    most: int = SHOWN
    can_publish: bool = False
    offers: frozenset[str] = frozenset()


def answer_card(answer: Answer, view: View, nearest: Sequence[ArticleSummary] = ()) -> Card:
    """Return an answer, or a refusal with the articles nearest to it, as a message.

    At first with the best passage, and with those after it that may answer too; the others are
    for those who ask for more.
    """
    shown = _choose(answer, view)
    if not shown:
        return refusal_card(answer, view, nearest)
    language, numbers = view.language, _numbers(view.offset, len(shown))
    head = [question(show_question(answer.question)), _notes(answer, language)]
    feet = [_foot(hit, number, view) for hit, number in zip(shown, numbers, strict=True)]
    limit = min(QUOTE, (TEXT - width([*head, *feet])) // len(shown))
    pieces: list[Piece] = [*head]
    asked: set[str] = set()
    for hit, foot in zip(shown, feet, strict=True):
        pieces += [text(quote(hit, language, limit)), foot, _open_row(hit, language, asked)]
    more = _more(answer, language, view.offset + len(shown))
    return Card(*pieces, _last_row(shown[0], view, more), accent=ANSWERED)


def _choose(answer: Answer, view: View) -> list[Hit]:
    if view.offset:
        return list(answer.hits[view.offset : view.offset + view.most])
    return prefer(shown_at_first(answer.hits[: view.most]), view.language.code)


def prefer(hits: Sequence[Hit], code: str) -> list[Hit]:
    """Return hits with the reader's own language first among those that answer alike."""
    best = hits[0].confidence if hits else 0.0

    def rank(hit: Hit) -> tuple[bool, bool]:
        is_alike = best - hit.confidence < ALIKE
        return not is_alike, is_alike and hit.article.language != code

    return sorted(hits, key=rank)


def _numbers(offset: int, count: int) -> list[int | None]:
    return [*range(offset + 1, offset + 1 + count)] if offset or count > 1 else [None]


def _foot(hit: Hit, number: int | None, view: View) -> ui.Item[Any]:
    """Return what stands under a quote: its source, how sure it is, and who else carries it."""
    language = view.language
    titles = fit(language("between-titles").join(hit.also_in), NOTE)
    also = [f"-# {language('also-in', titles=titles)}"] if hit.also_in else []
    return text(source_text(hit, language, view.threshold, f"{number}. " if number else ""), *also)


def source_text(hit: Hit, language: Language, threshold: float, number: str = "") -> str:
    """Say where a hit comes from, and how sure it is that it answers."""
    article = hit.article
    told = [fit(part, BRIEF) for part in (article.source, article.author) if part]
    told += [day(article.date)] if article.date else []
    told += [language("paragraph", number=str(hit.passage.paragraph))]
    told += foreign(article, language)
    told += [language(f"sure-{how_sure(hit.confidence, threshold)}")]
    corrected = corrected_line(article.corrected, language)
    line = " · ".join([*told, corrected] if corrected else told)
    return f"{number}{link_title(article)}\n-# {line}"


def foreign(article: Article, language: Language) -> list[str]:
    """Return the words for the language of an article that is not the reader's; else none."""
    key = f"written-in-{article.language}"
    return [language(key)] if article.language != language.code and key in language.keys else []


def link_title(article: Article | ArticleSummary) -> str:
    """Return an article's title, or a sign for one that cannot be seen, linked to its address."""
    title, url = fit(article.title, TITLE) or "…", article.url or ""
    is_web = url.lower().startswith(("http://", "https://")) and len(url) <= _ADDRESS
    if not is_web or not set(url).isdisjoint(' <>()[]\\\n\t"`|'):
        return title
    return f"[{title}](<{url}>)"


def _open_row(hit: Hit, language: Language, asked: set[str]) -> ui.ActionRow[Any] | None:
    """Return the buttons of one passage; an article is asked about under its first one."""
    name = ref(hit.article)
    about = None if name in asked else button(language("button-about"), f"v:then:{name}")
    asked.add(name)
    return row(*open_buttons(hit, language), about)


def open_buttons(hit: Hit, language: Language) -> list[Button]:
    """Return a link to the sentence, and the button that shows it among its neighbours."""
    url = link(hit.article, hit.sentence.start, hit.sentence.end) or ""
    is_link = 0 < len(url) <= MAX_URL
    key = "button-context" if is_link else "button-read"
    context = button(language(key), f"v:ctx:{place(hit)}")
    return [button(language("button-open"), url=url), context] if is_link else [context]


def refusal_card(answer: Answer, view: View, nearest: Sequence[ArticleSummary] = ()) -> Card:
    """Return a refusal: nothing indexed, nothing close, or nothing in what it was narrowed to."""
    language = view.language
    if answer.is_small_talk:
        notes = (language(f"note-{note.key}") for note in answer.notes)
        return Card(question(show_question(answer.question)), *map(text, notes), accent=ANSWERED)
    told = language(f"refusal-{str(answer.refusal).replace('_', '-')}")
    if answer.refusal is Refusal.NO_MATCH_IN_FILTER and answer.filters:
        narrowed = ", ".join(filter_words(answer.filters, language))
        told = language("refusal-no-match-in", filters=narrowed)
    return Card(
        question(show_question(answer.question)),
        _notes(answer, language),
        text(told),
        open_select(nearest, language("nearest-open")) if nearest and answer.closest else None,
        row(*_offers(answer, view)),
        accent=REFUSED,
    )


def _offers(answer: Answer, view: View) -> Iterator[Button | None]:
    """Yield the buttons of a question without an answer."""
    language = view.language
    if answer.refusal is Refusal.EMPTY_CORPUS:
        yield button(language("button-add"), "v:stories")
        return
    if answer.closest:
        near = f"v:near:{place(answer.closest[0])}:{pack(answer.filters)}"
        yield button(language("button-near"), near)
    for name in ("news", "tell"):
        if name in view.offers and _is_whole(answer):
            yield button(language(f"button-{name}"), f"v:{name}:{pack(answer.filters)}")


def show_question(asked: str) -> str:
    """Return a question as it stands above its answer; a sign for one that cannot be seen."""
    return fit(asked, QUESTION).strip() or "…"


def quote(hit: Hit, language: Language, limit: int) -> str:
    """Return a hit's words as a quotation in at most ``limit`` characters."""
    opening, closing = language("quote-open"), language("quote-close")
    room = limit - len(f"> {opening}{closing}")
    return f"> {opening}{excerpt(hit, room)}{closing}"


def filter_words(filters: Filters, language: Language) -> list[str]:
    """Say what a question was narrowed to."""
    since = write_day(filters.since, language) if filters.since else ""
    until = write_day(filters.until, language) if filters.until else ""
    told = []
    if since or until:
        key = "between" if since and until else "since" if since else "until"
        told.append(language(f"filter-{key}", since=since, until=until))
    if filters.source:
        told.append(language("filter-source", name=fit(filters.source, NAME)))
    if filters.article_id:
        told.append(language("filter-article"))
    return told


def _notes(answer: Answer, language: Language) -> Piece:
    """Return what was understood of the question beside its words; None when there is nothing."""
    lines = [f"-# {line}" for line in _say_notes(answer, language)]
    return text(*lines) if lines else None


def _say_notes(answer: Answer, language: Language) -> Iterator[str]:
    if answer.understood_as:
        yield language("note-follows", question=fit(answer.understood_as, QUESTION))
    narrowed = ", ".join(filter_words(answer.filters, language))
    if answer.understood:
        words = fit(", ".join(answer.understood), NOTE)
        key = "note-understood-as" if narrowed else "note-understood"
        yield language(key, words=words, filters=narrowed)
    elif narrowed and answer.hits:
        yield language("note-searched", filters=narrowed)
    if answer.widened:
        yield language("note-widened")
    yield from (_say_note(note, language) for note in answer.notes)


def _say_note(note: Note, language: Language) -> str:
    values = {name: fit(value, NOTE) for name, value in note.values.items()}
    key = f"note-{note.key}"
    return language(key, **values) if key in language.keys else fit(note.text, NOTE)


def _last_row(best: Hit, view: View, more: Button | None) -> ui.ActionRow[Any] | None:
    """Return the buttons to judge an answer, to ask on and to show it to all."""
    where, language = place(best), view.language
    return row(
        more,
        button(language("button-useful"), f"v:vote:+:{view.name}:{where}"),
        button(language("button-useless"), f"v:vote:-:{view.name}:{where}"),
        button(language("button-on"), f"v:on:{'e' if view.can_publish else 'p'}"),
        button(language("button-publish"), "v:pub") if view.can_publish else None,
    )


def _more(answer: Answer, language: Language, following: int) -> Button | None:
    """Return the button for more passages; it reads the question from the message it sits on."""
    if len(answer.hits) <= following or following >= SHOWN * PAGES or not _is_whole(answer):
        return None
    return button(language("button-more"), f"v:more:{following}:{pack(answer.filters)}")


def _is_whole(answer: Answer) -> bool:
    """Say whether a question can be read again from its message, as it was asked."""
    return max(map(len, map(plain, (answer.question, answer.understood_as or "")))) <= QUESTION
