"""Answer -> what Discord shows, within its limits: quotes, sources, notes and buttons; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING

from bot.asking.confidence import POSSIBLE, shown_at_first
from bot.asking.excerpt import excerpt
from bot.asking.links import MAX_URL, link
from bot.ui.markup import clean, fit, plain
from bot.ui.parts import (
    MAX_LABEL,
    MAX_OPTION,
    Block,
    Button,
    Card,
    Choice,
    Row,
    Rule,
    Select,
    card,
    row,
)
from bot.ui.refs import Place, pack, place, ref
from embeddings.types import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from bot.translate import Language
    from embeddings.types import Answer, Article, ArticleSummary, Filters, Hit

SHOWN = 3
"""The most passages in one message."""
PAGES = 3
"""How many messages of passages an answer may fill, by its button for more."""
QUESTION, TITLE, NAME, NOTE = 1000, 160, 70, 200
"""The most characters of a question, a title, a source's or an author's name, and of a note."""
QUOTE = 1200
"""The most characters of a quote; longer ones are hard to read on a telephone."""
TEXT = 3900
"""What a message may hold, with some room left below the 4000 of Discord."""
ANSWERED, REFUSED, WRONG = 0x2D7D46, 0x8A6D1B, 0xA12D2F
"""The colours beside an answer, a refusal and an error."""
_SURE = ((0.9, "almost-certain"), (0.75, "very-likely"), (0.5, "likely"), (POSSIBLE, "possible"))


@dataclass(frozen=True, slots=True)
class _Shown:
    """A passage in a message: its number in the answer, unless it is alone, and what opens it."""

    hit: Hit
    number: int | None
    button: Button


def answer_card(
    answer: Answer,
    language: Language,
    *,
    name: str,
    offset: int = 0,
    most: int = SHOWN,
    private: bool = False,
    nearest: Sequence[ArticleSummary] = (),
) -> Card:
    """Return an answer as a message.

    At first with the best passage, and with those after it that may answer too; the others are
    for those who ask for more.

    Args:
        answer: The passages, or a refusal.
        language: The reader's.
        name: What the votes on this answer are counted under.
        offset: How many of its passages were shown before; less than it has.
        most: How many are shown at once, from 1 to ``SHOWN``.
        private: True when only the asker sees it: it may then be shown to the channel.
        nearest: The articles of its ``nearest_titles``, to be opened from a refusal.
    """
    shown = _shown(answer, language, offset, most)
    if not shown:
        return refusal_card(answer, language, nearest)
    head = [Block(question_text(answer.question), is_question=True), *_notes(answer, language)]
    feet = [_foot(one, language) for one in shown]
    fixed = sum(len(block.text) for block in (*head, *chain.from_iterable(feet)))
    limit = min(QUOTE, (TEXT - fixed) // len(shown))
    parts: list[Block | Rule | Row | None] = [*head]
    for one, foot in zip(shown, feet, strict=True):
        parts += [Rule(), Block(quoted(one.hit, language, limit)), *foot]
    return card(
        *parts,
        Rule(),
        row(*_contexts(shown, language), _more(answer, language, offset + len(shown))),
        _votes(shown[0].hit, language, name, private=private),
        accent=ANSWERED,
    )


def _shown(answer: Answer, language: Language, offset: int, most: int) -> list[_Shown]:
    hits = (
        list(answer.hits[offset : offset + most]) if offset else shown_at_first(answer.hits[:most])
    )
    numbers = range(offset + 1, offset + 1 + len(hits)) if offset or len(hits) > 1 else [None]
    return [
        _Shown(hit, number, open_button(hit, language, number))
        for hit, number in zip(hits, numbers, strict=False)
    ]


def _foot(shown: _Shown, language: Language) -> list[Block]:
    """Return what stands under a quote: its source, and who else carries it."""
    number = f"{shown.number}. " if shown.number else ""
    titles = fit(language("between-titles").join(shown.hit.also_in), NOTE)
    also = [Block(f"-# {language('also-in', titles=titles)}")] if shown.hit.also_in else []
    return [Block(source_text(shown.hit, language, number), shown.button), *also]


def refusal_card(
    answer: Answer, language: Language, nearest: Sequence[ArticleSummary] = ()
) -> Card:
    """Return a refusal: nothing indexed, nothing close, or nothing in what it was narrowed to."""
    asked = Block(question_text(answer.question), is_question=True)
    text = language(f"refusal-{str(answer.refusal).replace('_', '-')}")
    if answer.refusal is Refusal.NO_MATCH_IN_FILTER and answer.filters:
        narrowed = ", ".join(filter_words(answer.filters, language))
        text = language("refusal-no-match-in", filters=narrowed)
    near = answer.nearest_titles[:SHOWN]
    titles = "\n".join(f"- {fit(title, TITLE)}" for title in near)
    return card(
        asked,
        *_notes(answer, language),
        Block(text),
        Block(f"{language('nearest')}\n{titles}") if near else None,
        open_select(nearest, language("nearest-open")) if nearest else None,
        accent=REFUSED,
    )


def open_select(articles: Sequence[ArticleSummary], placeholder: str) -> Select:
    """Return the list that opens an article; at least one, and none twice."""
    return Select("v:open", placeholder, tuple(map(_choice, articles)))


def _choice(article: ArticleSummary) -> Choice:
    label = clean(article.title)[:MAX_OPTION].strip() or article.id[:MAX_OPTION]
    details = [clean(part) for part in (article.source, str(article.date or "")) if part]
    return Choice(label, ref(article), " · ".join(details)[:MAX_OPTION])


def question_text(question: str) -> str:
    """Return a question as it stands above its answer."""
    return f"**{fit(question, QUESTION)}**"


def quoted(hit: Hit, language: Language, limit: int) -> str:
    """Return a hit's words as a quotation in at most ``limit`` characters."""
    opening, closing = language("quote-open"), language("quote-close")
    room = limit - len(f"> {opening}{closing}")
    return f"> {opening}{excerpt(hit, room)}{closing}"


def source_text(hit: Hit, language: Language, number: str = "") -> str:
    """Say where a hit comes from, and how sure it is that it answers."""
    paragraph = language("paragraph", number=str(hit.passage.paragraph))
    details = [*_credits(hit.article), paragraph, language(sure(hit.confidence))]
    corrected = corrected_line(hit.corrected, language)
    told = " · ".join([*details, corrected] if corrected else details)
    return f"**{number}{fit(hit.article.title, TITLE)}**\n-# {told}"


def corrected_line(at: datetime | None, language: Language) -> str:
    """Say on which day an article's text was last changed; empty when it never was.

    Args:
        at: ``corrected`` of an article or of a hit.
        language: The reader's.
    """
    return language("corrected-on", day=day(at.date())) if at else ""


def open_button(hit: Hit, language: Language, number: int | None = None) -> Button:
    """Return a link to the sentence, or the button that shows it among its neighbours."""
    url = link(hit.article, hit.sentence.start, hit.sentence.end)
    is_link = bool(url) and len(url or "") <= MAX_URL
    key = "button-open" if is_link else "button-read"
    apart = language(f"{key}-of", number=str(number)) if number else ""
    if url and is_link:
        return Button(language(key), url=url, apart=apart)
    return Button(language(key), custom_id=f"v:ctx:{place(hit)}", apart=apart)


def credit_line(article: Article | ArticleSummary) -> str:
    """Return an article's source, author and date, those that it has."""
    return " · ".join(_credits(article))


def summary_line(article: ArticleSummary, language: Language) -> str:
    """Return where an article comes from, and how many passages it has."""
    passages = language("passages", count=article.passages)
    return " · ".join([*_credits(article), passages])


def _credits(article: Article | ArticleSummary) -> list[str]:
    given = [fit(part, NAME) for part in (article.source, article.author) if part]
    return [*given, day(article.date)] if article.date else given


def day(value: date) -> str:
    """Return a day as Discord shows it in each reader's own way.

    At 11:00 UTC it is the same day from UTC-11 to UTC+12.
    """
    moment = datetime(value.year, value.month, value.day, 11, tzinfo=UTC)
    return f"<t:{int(moment.timestamp())}:D>"


def written(value: date, language: Language) -> str:
    """Return a day in words."""
    month = language(f"month-{value.month}")
    return language("day", day=value.day, month=month, year=str(value.year))


def sure(confidence: float, kind: str = "sure") -> str:
    """Return the key of the words for a probability: of an answer, or of a ``sure-source``."""
    word = next((word for least, word in _SURE if confidence >= least), "unlikely")
    return f"{kind}-{word}"


def filter_words(filters: Filters, language: Language) -> list[str]:
    """Say what a question was narrowed to."""
    since = written(filters.since, language) if filters.since else ""
    until = written(filters.until, language) if filters.until else ""
    said = []
    if since or until:
        key = "between" if since and until else "since" if since else "until"
        said.append(language(f"filter-{key}", since=since, until=until))
    if filters.source:
        said.append(language("filter-source", name=fit(filters.source, NAME)))
    if filters.article_id:
        said.append(language("filter-article"))
    return said


def _notes(answer: Answer, language: Language) -> Iterator[Block]:
    """Yield what was understood of the question beside its words."""
    narrowed = ", ".join(filter_words(answer.filters, language))
    if answer.understood:
        said = fit(", ".join(answer.understood), NOTE)
        key = "note-understood-as" if narrowed else "note-understood"
        yield Block(f"-# {language(key, words=said, filters=narrowed)}")
    elif narrowed and answer.hits:
        yield Block(f"-# {language('note-searched', filters=narrowed)}")
    if answer.widened:
        yield Block(f"-# {language('note-widened')}")


def _votes(best: Hit, language: Language, name: str, *, private: bool) -> Row | None:
    """Return what one can think of an answer, and do next."""
    where = place(best)
    return row(
        Button(language("button-useful"), custom_id=f"v:vote:+:{name}:{where}"),
        Button(language("button-useless"), custom_id=f"v:vote:-:{name}:{where}"),
        Button(language("button-follow-up"), custom_id=f"v:then:{ref(best.article)}"),
        Button(language("button-publish"), custom_id="v:pub") if private else None,
    )


def _contexts(shown: Sequence[_Shown], language: Language) -> Iterator[Button]:
    """Yield a button for each passage's neighbours, where there is not one already."""
    for one in shown:
        if one.button.url:
            key = "button-context-of" if one.number else "button-context"
            label = language(key, number=str(one.number))[:MAX_LABEL]
            yield Button(label, custom_id=f"v:ctx:{place(one.hit)}")


def _more(answer: Answer, language: Language, following: int) -> Button | None:
    """Return the button for more passages; it reads the question from the message it sits on."""
    whole = len(plain(answer.question)) <= QUESTION
    if len(answer.hits) <= following or following >= SHOWN * PAGES or not whole:
        return None
    custom_id = f"v:more:{following}:{pack(answer.filters)}"
    return Button(language("button-more"), custom_id=custom_id)


def places(custom_ids: Iterable[str]) -> list[Place]:
    """Return the passages that a message's buttons name."""
    prefix = "v:ctx:"
    names = [i.removeprefix(prefix).split(".") for i in custom_ids if i.startswith(prefix)]
    return [Place(article, int(number), digest) for article, number, digest in names]
