"""Which blocks of a page can be its story, by their own words and in the opinion of a library.

It has two ways; what either takes for the story says where that lies, and is never stored.
"""

import copy
import re
from collections.abc import Sequence
from typing import Any

from embeddings.readers.pages.blocks import Block, Kind
from embeddings.text.analysis import any_of
from embeddings.text.boilerplate import LONG_CHARACTERS, ends_like_sentence, fold, is_notice
from embeddings.types import BREAK

FEW_WORDS = 5
"""Up to this many words, a text must be a line that an extractor found, not a part of one."""
GRAM = 3
"""How many words in a row tell that two texts share a passage."""
MOST_ELEMENTS = 20_000
"""The most elements of a page of which an opinion is asked; its time grows faster than the page."""
MOST_LINKED = 0.5
"""The share of links from which a short block is a menu or an invitation to read something else."""
ONLY_LINKS = 0.9
"""The share of links from which a block of any length is one."""
LONGEST_INVITATION = 250
"""The most characters of such a block, or of an offer to subscribe."""
_OFFER = re.compile(any_of("offer"), re.IGNORECASE)
_ASIDE = re.compile(any_of("aside"), re.IGNORECASE)
_CREDIT = re.compile(r"(?:photo|crédits?|credit)s?\s*[:©]", re.IGNORECASE)
_ELSEWHERE = re.compile(any_of("elsewhere"), re.IGNORECASE)
"""How a heading begins below which other stories stand."""


class Opinion:
    """What one extractor takes for the story, as a set of short runs of words."""

    def __init__(self, text: str) -> None:
        lines = [fold(line) for line in text.splitlines()]
        words = " ".join(lines).split()
        self._lines = frozenset(lines)
        self._grams = frozenset(_grams(words))

    def holds(self, text: str) -> bool:
        """Say whether most of a text's words stand there, or all of a short one's."""
        folded = fold(text)
        words = folded.split()
        if len(words) <= FEW_WORDS:
            return bool(words) and folded in self._lines
        grams = _grams(words)
        return 2 * sum(gram in self._grams for gram in grams) >= len(grams)


def _grams(words: Sequence[str]) -> list[tuple[str, ...]]:
    return list(zip(*(words[i:] for i in range(GRAM)), strict=False))


def ask(root: Any) -> list[Opinion]:
    """Return what trafilatura takes for the story, and by readability's method, where it finds one.

    Args:
        root: The ``lxml`` element of the page; it is not changed.
    """
    if any(count > MOST_ELEMENTS for count, _ in enumerate(root.iter())):
        return []
    texts = _trafilatura(copy.deepcopy(root)), _readability(copy.deepcopy(root))
    return [Opinion(text) for text in texts if text.strip()]


def _trafilatura(root: Any) -> str:
    import trafilatura  # half a second that only pages need

    document = trafilatura.bare_extraction(root, include_comments=False, with_metadata=False)
    return "" if document is None or isinstance(document, dict) else document.text or ""


def _readability(root: Any) -> str:
    from lxml import html  # half a second that only pages need
    from trafilatura.readability_lxml import Document

    try:
        summary = Document(root).summary()
        return "\n".join(html.document_fromstring(summary).itertext()) if summary else ""
    except ValueError:  # a page with signs that it cannot write
        return ""


def is_text(block: Block) -> bool:
    """Say whether a block may be a story's own, by its kind and its links."""
    if block.kind is Kind.HEADING or is_aside(block):
        return False
    is_row = block.kind is Kind.ROW and block.linked < ONLY_LINKS
    return block.linked < MOST_LINKED or is_row or _is_brief(block)


def is_prose(block: Block) -> bool:
    """Say whether a block looks like a sentence of a story, or is a post or a row of a table."""
    said = block.kind in (Kind.POST, Kind.ROW) or ends_like_sentence(block.text)
    return said and is_text(block)


def _is_brief(block: Block) -> bool:
    """Say whether a block of links says something all the same, by itself or around the links."""
    around = block.linked < ONLY_LINKS and ":" not in block.text
    return (around or len(block.text) >= LONG_CHARACTERS) and ends_like_sentence(block.text)


def is_aside(block: Block) -> bool:
    """Say whether a block sends the reader elsewhere."""
    if block.linked > MOST_LINKED and not _is_brief(block):
        return block.linked > ONLY_LINKS or len(block.text) <= LONGEST_INVITATION
    text = block.text.replace(BREAK, "")
    if len(text) > LONGEST_INVITATION:
        return False
    if is_notice(text):
        return True
    said = ends_like_sentence(text) and len(text.split()) > 2 * FEW_WORDS
    if _CREDIT.match(text) and not said:
        return True
    return _ASIDE.match(text) is not None and not text.endswith(("»", "”"))


def is_offer(block: Block) -> bool:
    """Say whether a block offers the rest of the story to subscribers."""
    return len(block.text) <= LONGEST_INVITATION and _OFFER.match(block.text) is not None


def leads_elsewhere(block: Block) -> bool:
    """Say whether a block is the heading of other stories."""
    return block.kind is Kind.HEADING and _ELSEWHERE.match(block.text) is not None
