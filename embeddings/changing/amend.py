"""Fields of an article that somebody sets by hand: checked, and refused in one sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from embeddings.errors import InputError
from embeddings.readers.formats import frontmatter
from embeddings.readers.pages.language import guess_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from embeddings.types import Article

FIELDS = ("title", "source", "author", "date", "url", "language")
"""What can be set."""

_CODES = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy
da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu
hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb
lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om
or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw
ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""

LANGUAGES = frozenset(_CODES.split())
"""The codes of ISO 639-1."""


def amended(article: Article, fields: Mapping[str, str | None]) -> Article:
    """Return an article with some of its fields set.

    Args:
        article: As it is.
        fields: Name -> what somebody wrote; None, or nothing but spaces, clears the field. A
            language that is cleared is told from the text again.

    Raises:
        InputError: There is no such field, or what was written is not what it must be.
    """
    for name in fields:
        if name not in FIELDS:
            raise InputError(f"There is no field {name!r}; set one of: {', '.join(FIELDS)}.")
    return replace(article, **{name: _value(name, fields[name], article) for name in fields})


def _value(name: str, written: str | None, article: Article) -> Any:
    text = (written or "").strip()
    if text:
        value = frontmatter.check(name, text, f"The {name}")
        if name == "language" and value not in LANGUAGES:
            raise InputError(
                f"The language {text!r} is not known; write the two letters of one, such as fr."
            )
        return value
    if name == "title":
        raise InputError("The title is empty; an article needs one.")
    return guess_language(article.text) if name == "language" else None


def differences(old: Article, new: Article) -> tuple[str, ...]:
    """Return the names of what differs between two versions of an article."""
    return tuple(n for n in (*FIELDS, "text") if getattr(old, n) != getattr(new, n))
