"""A parsed page -> what two libraries take for its story; their texts say where it lies."""

from __future__ import annotations

import copy
import logging
from typing import TYPE_CHECKING, Any

from embeddings.text.boilerplate import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

FEW_WORDS = 5
"""Up to this many words, a text must be a line that an extractor found, not a part of one."""

GRAM = 3
"""How many words in a row tell that two texts share a passage."""

MOST_ELEMENTS = 20_000
"""The most elements of a page of which an opinion is asked; its time grows faster than the page."""

MOST_DEEP = 150
"""The most elements within each other in such a page."""

_NEEDED = frozenset(("class", "id", "style", "hidden", "href", "itemprop", "itemtype", "role"))
_LONGEST_ATTRIBUTE = 300


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
    """Return what trafilatura and readability take for the story, where they find one.

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
    if not _tame(root):
        return ""
    from lxml import html  # half a second that only pages need
    from readability import Document
    from readability.readability import Unparseable

    logging.getLogger("readability.readability").disabled = True  # it logs what it also raises
    try:
        summary = Document(html.tostring(root, encoding="unicode")).summary()
    except Unparseable:  # a page in which it finds nothing
        return ""
    return "\n".join(html.document_fromstring(summary).itertext()) if summary else ""


def _tame(root: Any) -> bool:
    """Leave a page only the attributes that matter; say whether it is no deeper than pages are."""
    deep = {root: 1}
    for element in root.iter():
        parent = element.getparent()
        deep[element] = deep.get(parent, 0) + 1
        if deep[element] > MOST_DEEP:
            return False
        for name, value in element.attrib.items():
            if name not in _NEEDED or len(value) > _LONGEST_ATTRIBUTE:
                del element.attrib[name]
    return True
