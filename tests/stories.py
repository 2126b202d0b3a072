"""A few short stories of our own, and how tests cut and compare their words."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from embeddings.types import Article, Passage, Span, digest

LETTER = Article(
    id="lettre-amazon",
    title="Des employés d'Amazon écrivent à leur direction",
    text=(
        "Plusieurs employés d’Amazon ont écrit à leur direction. Ils demandent la fin de la "
        "vente de Rekognition à la police.\n\n"
        "La lettre compare la situation à celle d’IBM dans les années trente. Les auteurs "
        "refusent de bâtir des outils de surveillance.\n\n"
        "Palantir utilise les serveurs d’Amazon. Les signataires demandent aussi son départ."
    ),
    source="Next",
    author="Louis Adam",
    date=date(2018, 6, 22),
    url="https://example.org/lettre-amazon",
)
RIVER = Article(
    id="crue-loire",
    title="La Loire en crue à Orléans",
    text=(
        "La Loire a débordé dimanche à Orléans. Deux ponts sont fermés jusqu’à mardi.\n\n"
        "La mairie a ouvert un gymnase pour les habitants évacués."
    ),
    source="La Gazette",
    date=date(2021, 2, 7),
)
BAKERY = Article(
    id="boulangerie",
    title="A bakery opens in Lyon",
    text="A new bakery opened in Lyon on Monday. It sells bread made of ancient wheat.",
    source="The Courier",
    author="Ann Lee",
    date=date(2020, 3, 2),
    url="https://example.org/bakery#top",
    language="en",
)
STORIES = (LETTER, RIVER, BAKERY)

_SMALL = frozenset(
    re.findall(
        r"\w+",
        "a à au aux ce de des du d en et est il ils l la le les ont que qu qui quoi se son sur un "
        "une the of in is it on to what who how does do",
    )
)


def words(text: str) -> set[str]:
    """Return the words that count, folded."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    folded = "".join(c for c in plain if not unicodedata.combining(c))
    return set(re.findall(r"\w+", folded)) - _SMALL


def split(article: Article) -> tuple[Passage, ...]:
    """Return an article's paragraphs as passages, with their sentences."""
    passages = []
    for match in re.finditer(r"\S.*?(?=\n\n|\Z)", article.text, re.DOTALL):
        start, end = match.span()
        ends = [m.end() for m in re.finditer(r"[.!?](?=\s|\Z)", article.text[start:end])]
        if not ends or ends[-1] != end - start:
            ends.append(end - start)
        sentences, at = [], start
        for stop in ends:
            raw = article.text[at : start + stop]
            at += len(raw) - len(raw.lstrip())
            sentences.append(Span(at, start + stop))
            at = start + stop
        number = len(passages) + 1
        passages.append(
            Passage(article.id, start, end, number, digest(match.group()), tuple(sentences))
        )
    return tuple(passages)
