"""Which blocks of a page are its story: those that an extractor found, and what belongs to them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from embeddings.readers.pages.blocks import Block, Kind
from embeddings.text.boilerplate import LONG_CHARACTERS, ends_like_sentence, fold, is_notice

if TYPE_CHECKING:
    from collections.abc import Sequence

FEW_WORDS = 4
"""Up to this many words, a block must be a line that the extractor found, not a part of one."""

MOST_LINKED = 0.5
"""The share of links from which a short block is a menu or an invitation to read something else."""

ONLY_LINKS = 0.9
"""The share of links from which a block of any length is one."""

LONGEST_INVITATION = 250
"""The most characters of such a block, or of an offer to subscribe."""

_OFFER = re.compile(
    r"il vous reste [\d.,]+\s?%|la suite (?:est|de cet article est) réservée"
    r"|(?:pour )?lire la suite|lisez la suite|la suite de cet article"
    r"|(?:cet )?article (?:est )?réservé aux abonnés"
    r"|(?:to )?(?:continue|keep) reading|subscribe to (?:continue|read|keep)"
    r"|this (?:article|story|content) is (?:only )?(?:for|available to) subscribers",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"d[ée]jà abonn[ée]|abonnez-vous|s.abonner|se connecter|already (?:a )?subscribe"
    r"|read more\s*:|(?:lire|voir|à lire|read|see) (?:aussi|également|also)\b"
    r"|cette vidéo n.est pas disponible|this video is (?:not|un)available"
    r"|(?:photo|crédits?|credit)s?\s*[:©]|© ",
    re.IGNORECASE,
)


def choose(found: Sequence[Block], extracted: str, title: str) -> list[Block]:
    """Return the blocks that are the story, in order.

    Args:
        found: All blocks of the page.
        extracted: What an extractor takes for the story, one block a line; may be empty.
        title: The headline, which is not repeated.
    """
    lines = [fold(line) for line in extracted.splitlines()]
    kept = _matched(found, lines) if any(lines) else _sentences(found)
    kept &= _inside(found, kept)
    kept |= _between(found, kept)
    headline = fold(title)
    chosen = [
        i for i in sorted(kept) if not _is_aside(found[i]) and fold(found[i].text) != headline
    ]
    return _without_lone_headings(_until_offer([found[i] for i in chosen]))


def text_of(chosen: Sequence[Block]) -> str:
    """Return blocks as a text: an empty line between them, none between items, ## on headings."""
    parts: list[str] = []
    for i, block in enumerate(chosen):
        if i:
            together = block.mark and chosen[i - 1].kind is Kind.ITEM
            parts.append("\n" if together else "\n\n")
        if block.kind is Kind.HEADING:
            parts.append("## " + block.text.replace("\n", " "))
        else:
            parts.append(block.mark + block.text)
    return "".join(parts)


def _matched(found: Sequence[Block], lines: Sequence[str]) -> set[int]:
    """Return which blocks the extractor's text holds: as a line, or, when longer, within one."""
    whole = Counter(lines)
    everything = f" {' '.join(lines)} "
    kept: set[int] = set()
    for i, block in enumerate(found):
        words = fold(block.text)
        if not words:
            continue
        if whole[words] > 0:
            whole[words] -= 1
            kept.add(i)
        elif words not in whole and len(words.split()) > FEW_WORDS and f" {words} " in everything:
            kept.add(i)
    return kept


def _sentences(found: Sequence[Block]) -> set[int]:
    """Return the blocks that look like a story's own, where no extractor found one."""
    return {
        i
        for i, block in enumerate(found)
        if block.kind is not Kind.HEADING
        and block.linked < MOST_LINKED
        and len(block.text) >= LONG_CHARACTERS
        and ends_like_sentence(block.text)
    }


def _inside(found: Sequence[Block], kept: set[int]) -> set[int]:
    """Return the blocks that no element sets apart, unless it holds most of what was kept."""
    sizes: Counter[int] = Counter()
    for i in kept:
        sizes[found[i].around] += len(found[i].text)
    most = sizes.total() / 2
    return {i for i, b in enumerate(found) if b.around == 0 or sizes[b.around] > most}


def _between(found: Sequence[Block], kept: set[int]) -> set[int]:
    """Return sentences that stand between kept ones, side by side with them."""
    ends: dict[int, list[int]] = defaultdict(list)
    for i in sorted(kept):
        if found[i].kind is Kind.PARAGRAPH:
            ends[found[i].parent].append(i)
    return {
        i
        for parent, places in ends.items()
        for i in range(places[0], places[-1])
        if found[i].parent == parent
        and found[i].around == found[places[0]].around
        and found[i].linked < MOST_LINKED
        and ends_like_sentence(found[i].text)
    }


def _is_aside(block: Block) -> bool:
    """Say whether a block sends the reader elsewhere."""
    if block.linked > ONLY_LINKS:
        return True
    if len(block.text) > LONGEST_INVITATION:
        return False
    if block.linked > MOST_LINKED or is_notice(block.text):
        return True
    return _ASIDE.match(block.text) is not None and not block.text.endswith(("»", "”"))


def _until_offer(chosen: list[Block]) -> list[Block]:
    """Cut a story where the page says that the rest is for subscribers."""
    for i, block in enumerate(chosen):
        if i and len(block.text) <= LONGEST_INVITATION and _OFFER.match(block.text):
            told = any(ends_like_sentence(b.text) for b in chosen[:i])
            return chosen[:i] if told else [*chosen[:i], *chosen[i + 1 :]]
    return chosen


def _without_lone_headings(chosen: list[Block]) -> list[Block]:
    """Take out headings below which nothing of the story stands."""
    last = max((i for i, b in enumerate(chosen) if b.kind is not Kind.HEADING), default=-1)
    return chosen[: last + 1]
