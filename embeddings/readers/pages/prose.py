"""A block of a page: whether it can be a story's own, by its links, kind and words; pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from embeddings.readers.pages.blocks import Kind
from embeddings.text.boilerplate import LONG_CHARACTERS, ends_like_sentence, is_notice

if TYPE_CHECKING:
    from embeddings.readers.pages.blocks import Block

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
    r"|(?:read|see) more\s*:|(?:lire|voir|à lire|read|see) (?:aussi|également|also)\b"
    r"|cette vidéo n.est pas disponible|this video is (?:not|un)available"
    r"|(?:photo|crédits?|credit)s?\s*[:©]|© ",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"(?:à lire|lire|voir|à voir) (?:aussi|également)|sur le même (?:sujet|thème)|les plus lus"
    r"|dans la même rubrique|vous aimerez|(?:vos )?commentaires|nos derniers articles"
    r"|you (?:may|might) (?:also )?(?:like|enjoy)|(?:related|more) (?:articles|stories|news|posts)"
    r"|most (?:read|popular)|more from|read next|recommended(?: for you)?$|comments$"
    r"|você (?:também )?pode gostar|te puede interesar|das könnte sie",
    re.IGNORECASE,
)
"""How a heading begins below which other stories stand."""


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
    """Say whether a block of links says something all the same."""
    is_sentence = ends_like_sentence(block.text) and len(block.text) >= LONG_CHARACTERS
    return is_sentence and (block.kind is Kind.ITEM or block.linked <= ONLY_LINKS)


def is_aside(block: Block) -> bool:
    """Say whether a block sends the reader elsewhere."""
    if block.linked > MOST_LINKED and not _is_brief(block):
        return block.linked > ONLY_LINKS or len(block.text) <= LONGEST_INVITATION
    if len(block.text) > LONGEST_INVITATION:
        return False
    if is_notice(block.text):
        return True
    return _ASIDE.match(block.text) is not None and not block.text.endswith(("»", "”"))


def is_offer(block: Block) -> bool:
    """Say whether a block offers the rest of the story to subscribers."""
    return len(block.text) <= LONGEST_INVITATION and _OFFER.match(block.text) is not None


def leads_elsewhere(block: Block) -> bool:
    """Say whether a block is the heading of other stories."""
    return block.kind is Kind.HEADING and _ELSEWHERE.match(block.text) is not None
