"""Draws an answer as a card: quotes, sources, notes and buttons, within Discord's limits; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from discord import ui

from bot.asking.excerpt import choose_shown, excerpt, name_confidence
from bot.asking.links import MAX_URL, build_link
from bot.translate import Language
from bot.ui.components import REFUSED, Card, Piece, button, measure, question, row, text
from bot.ui.markup import escape, fit
from bot.ui.naming import NAME, TITLE, corrected_line, day, locate, open_select, pack, ref
from embeddings.types import (
    Answer,
    Article,
    ArticleSummary,
    Filters,
    Hit,
    Note,
    Refusal,
    Sentence,
    Span,
)

Button = ui.Button[Any]

SHOWN = 3
"""The limit of passages in one message."""
PAGES = 3
"""The limit of messages with passages of one answer; the button for more opens the next."""
QUESTION, NOTE, BRIEF = 1000, 200, 32
"""The limits, in characters, of a question, of a note, and of a name under a quote; the source then
takes at most four lines on a telephone 360 pixels wide."""
QUOTE = 1200
"""The limit of a quote in characters; longer ones are hard to read on a telephone."""
TEXT = 3900
"""The limit of a message's text in characters, a little below Discord's 4000."""
ALIKE = 0.03
"""Hits this close to the best probability count as equal, so that the reader's language decides."""
_ADDRESS = 300
"""The longest URL that a title links to, in characters."""


@dataclass(frozen=True, slots=True)
class Options:
    """The reader of an answer, and the part of the answer to show.

    Attributes:
        language: The reader's language.
        threshold: The probability from which on questions are answered.
        name: The name under which votes on this answer are counted.
        offset: The number of passages already shown; less than the number of hits.
        most: The limit of passages in this message, from 1 to ``SHOWN``.
        can_publish: Whether the asker alone sees the answer, and may post it in the channel.
        offers: What the server offers under a question without an answer: ``news``, ``tell``.
    """

    language: Language
    threshold: float
    name: str = "--------"
    offset: int = 0
    most: int = SHOWN
    can_publish: bool = False
    offers: frozenset[str] = frozenset()


def answer_card(answer: Answer, options: Options) -> Card:
    """Return the card of an answer or of a refusal.

    The first card has the best passage, and the next ones that may answer too; further passages
    come with the button for more.
    """
    shown = sort_by_language(choose_shown(answer.hits[: options.most]), options.language.code)
    if options.offset:
        shown = list(answer.hits[options.offset : options.offset + options.most])
    if not shown:
        return refusal_card(answer, options)
    language, is_one = options.language, options.offset == 0 and len(shown) == 1
    head = [question(show_question(answer.question)), _draw_notes(answer, language)]
    numbers = enumerate(shown, options.offset + 1)
    feet = [_draw_foot(hit, "" if is_one else f"{number}. ", options) for number, hit in numbers]
    limit = min(QUOTE, (TEXT - measure([*head, *feet])) // len(shown))
    pieces: list[Piece] = [*head]
    linked: set[str] = set()
    for hit, foot in zip(shown, feet, strict=True):
        pieces += [text(quote(hit, language, limit)), foot, _draw_links(hit, language, linked)]
    more = _offer_more(answer, language, options.offset + len(shown))
    return Card(*pieces, _draw_actions(shown[0], options, more))


def sort_by_language(hits: Sequence[Hit], code: str) -> list[Hit]:
    """Move hits in the reader's language to the front of those as probable as the best one."""
    best = hits[0].confidence if hits else 0.0

    def rank(hit: Hit) -> tuple[bool, bool]:
        is_alike = best - hit.confidence < ALIKE
        return not is_alike, is_alike and hit.article.language != code

    return sorted(hits, key=rank)


def _draw_foot(hit: Hit, number: str, options: Options) -> ui.Item[Any]:
    """Return the lines under a quote: source, confidence, and other articles with the passage."""
    language = options.language
    titles = fit(language("between-titles").join(hit.also_in), NOTE)
    also = [f"-# {language('also-in', titles=titles)}"] if hit.also_in else []
    return text(source_text(hit, language, options.threshold, number), *also)


def source_text(hit: Hit, language: Language, threshold: float, number: str = "") -> str:
    """Return the title, source and date of a hit, and its confidence in words."""
    article = hit.article
    return number + credit(
        article,
        *(fit(part, BRIEF) for part in (article.source, article.author) if part),
        day(article.date) if article.date else "",
        language("paragraph", number=str(hit.passage.paragraph)),
        name_language(article, language),
        language(f"sure-{name_confidence(hit.confidence, threshold)}"),
        corrected_line(article.corrected, language),
    )


def credit(article: Article | ArticleSummary, *details: str) -> str:
    """Return an article's title, and below it in small print the details that are not empty."""
    return "\n-# ".join(filter(None, [link_title(article), " · ".join(filter(None, details))]))


def name_language(article: Article, language: Language) -> str:
    """Return a phrase such as "in English" if an article is not in the reader's language."""
    key = f"written-in-{article.language}"
    return language(key) if article.language != language.code and key in language.keys else ""


def link_title(article: Article | ArticleSummary) -> str:
    """Return an article's title, or … if it is invisible, linked to the article's URL if any."""
    title, url = fit(article.title, TITLE) or "…", article.url or ""
    is_web = url.lower().startswith(("http://", "https://")) and len(url) <= _ADDRESS
    is_safe = is_web and set(url).isdisjoint(' <>()[]\\\n\t"`|')
    return f"[{title}](<{url}>)" if is_safe else title


def _draw_links(hit: Hit, language: Language, linked: set[str]) -> ui.ActionRow[Any] | None:
    """Return a passage's buttons; the one for the article only if ``linked`` lacks it as yet."""
    name = ref(hit.article)
    about = None if name in linked else button(language("button-about"), f"v:then:{name}")
    linked.add(name)
    return row(*open_buttons(hit, language), about)


def open_buttons(hit: Hit, language: Language) -> list[Button]:
    """Return the link to a hit's sentence, if any, and the button that shows its neighbours."""
    jump = open_link(hit.article, hit.sentence, language)
    key = "button-context" if jump else "button-read"
    return [*filter(None, [jump, button(language(key), f"v:ctx:{locate(hit)}")])]


def open_link(article: Article, span: Span | Sentence, language: Language) -> Button | None:
    """Return the link button that opens an article at a span; None without a short enough URL."""
    url = build_link(article, span.start, span.end) or ""
    return button(language("button-open"), url=url) if 0 < len(url) <= MAX_URL else None


def refusal_card(answer: Answer, options: Options) -> Card:
    """Return the reply to small talk, or a refusal: empty corpus, not found, none in the filter."""
    language, nearest = options.language, answer.nearest
    if answer.is_small_talk:
        notes = _say_notes(answer, language, QUESTION)
        return Card(question(show_question(answer.question)), *map(text, notes))
    sentence = language(f"refusal-{str(answer.refusal).replace('_', '-')}")
    if answer.refusal is Refusal.NO_MATCH_IN_FILTER and answer.filters:
        filters = say_filters(answer.filters, language)
        sentence = language("refusal-no-match-in", filters=filters)
    return Card(
        question(show_question(answer.question)),
        _draw_notes(answer, language),
        text(sentence),
        open_select(nearest, language("nearest-open")) if nearest and answer.closest else None,
        row(*_offers(answer, options)),
        accent=REFUSED,
    )


def _offers(answer: Answer, options: Options) -> Iterator[Button | None]:
    """Yield the buttons under a question without an answer."""
    language = options.language
    if answer.refusal is Refusal.EMPTY_CORPUS:
        yield button(language("button-add"), "v:stories")
        return
    if answer.closest:
        near = f"v:near:{locate(answer.closest[0])}:{pack(answer.filters)}"
        yield button(language("button-near"), near)
    for name in ("news", "tell"):
        if name in options.offers and _is_whole(answer):
            yield button(language(f"button-{name}"), f"v:{name}:{pack(answer.filters)}")


def show_question(asked: str) -> str:
    """Return a question, escaped, for the head of its answer; … if it is invisible."""
    return fit(asked, QUESTION).strip() or "…"


def quote(hit: Hit, language: Language, limit: int) -> str:
    """Return a quotation from a hit's passage, of at most ``limit`` characters."""
    opening, closing = language("quote-open"), language("quote-close")
    span, room = (hit.sentence.start, hit.sentence.end), limit - len(f"> {opening}{closing}")
    return f"> {opening}{excerpt(hit.article.text, hit.passage, span, room)}{closing}"


def say_filters(filters: Filters, language: Language) -> str:
    """Say filters, as ``Language.say_filters``, on a card."""
    return language.say_filters(replace(filters, source=fit(filters.source or "", NAME)))


def _draw_notes(answer: Answer, language: Language) -> Piece:
    """Return the notes on how the question was understood; None without any."""
    lines = [f"-# {line}" for line in _say_notes(answer, language)]
    return text(*lines) if lines else None


def _say_notes(answer: Answer, language: Language, room: int = NOTE) -> Iterator[str]:
    if answer.understood_as:
        yield language("note-follows", question=fit(answer.understood_as, QUESTION))
    filters = say_filters(answer.filters, language)
    if answer.understood:
        words = fit(", ".join(answer.understood), NOTE)
        key = "note-understood-as" if filters else "note-understood"
        yield language(key, words=words, filters=filters)
    elif filters and answer.hits:
        yield language("note-searched", filters=filters)
    if answer.widened:
        yield language("note-widened")
    yield from (_say_note(note, language, room) for note in answer.notes)


def _say_note(note: Note, language: Language, room: int) -> str:
    values = {name: fit(value, room) for name, value in note.values.items()}
    key = f"note-{note.key}"
    return language(key, **values) if key in language.keys else fit(note.text, NOTE)


def _draw_actions(best: Hit, options: Options, more: Button | None) -> ui.ActionRow[Any] | None:
    """Return the buttons under an answer: more, votes, follow-up question, post in the channel."""
    place, language = locate(best), options.language
    return row(
        more,
        button(language("button-useful"), f"v:vote:+:{options.name}:{place}"),
        button(language("button-useless"), f"v:vote:-:{options.name}:{place}"),
        button(language("button-on"), f"v:on:{'e' if options.can_publish else 'p'}"),
        button(language("button-publish"), "v:pub") if options.can_publish else None,
    )


def _offer_more(answer: Answer, language: Language, shown: int) -> Button | None:
    """Return the button for the passages after the first ``shown``; None without any to show."""
    if len(answer.hits) <= shown or shown >= SHOWN * PAGES or not _is_whole(answer):
        return None
    return button(language("button-more"), f"v:more:{shown}:{pack(answer.filters)}")


def _is_whole(answer: Answer) -> bool:
    """Say whether a message shows the whole question, so that buttons can read it back."""
    return max(map(len, map(escape, (answer.question, answer.understood_as or "")))) <= QUESTION
