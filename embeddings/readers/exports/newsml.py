"""The IPTC's formats in XML, NewsML-G2 and NITF -> their stories."""

from pathlib import Path
from typing import Any

from embeddings.errors import ReadError
from embeddings.readers.addresses import web_address
from embeddings.readers.dates import first_date
from embeddings.readers.draft import Draft, Fields, LeftOut
from embeddings.readers.exports.markup import (
    LANGUAGE,
    child,
    children,
    inside,
    local,
    paragraphs,
    story,
    words,
)
from embeddings.readers.pages.guesses import language_code
from embeddings.types import Rejected

_USABLE = ("usable", "")
_AS_HTML = {"hl1": "h2", "hl2": "h3", "block": "div", "nitf-table": "div"}
"""Elements of NITF that HTML calls otherwise."""


def read(root: Any, path: Path) -> list[Draft | Rejected]:
    """Return the stories of a message, an item or a NITF document; raises ReadError without any."""
    groups = children(root, "itemSet") if local(root) == "newsMessage" else ()
    items = [item for group in groups for item in children(group, "newsItem")]
    if local(root) == "nitf":
        return [_nitf(root, path, Fields())]
    read_ones = (_item(item, path, number) for number, item in enumerate(items or [root], 1))
    found = [each for each in read_ones if each is not None]
    if not found:
        raise ReadError(f"{path} holds no story, only pictures, packages or what is about them.")
    return found


def _item(item: Any, path: Path, number: int) -> Draft | Rejected | None:
    """Read an item of NewsML-G2 (specification 2.3x): what is about it, then what it holds."""
    about, content = child(item, "itemMeta"), child(item, "contentMeta")
    mark = item.get("guid") or str(number)
    headline = words(child(content, "headline")) or words(child(about, "title"))
    status = child(about, "pubStatus")
    said = (status.get("qcode") or "").rpartition(":")[2] if status is not None else ""
    if said not in _USABLE:
        name = headline or mark
        return Rejected(f"{path}#{mark}", f"“{name}” of {path} may not be used: it is {said}.")
    return _read_set(child(item, "contentSet"), _fields(item, about, content, headline), path, mark)


def _fields(item: Any, about: Any, content: Any, headline: str | None) -> Fields:
    spoken = children(content, "language")[:1]
    created = (child(content, "contentCreated"), *children(about, "firstCreated", "versionCreated"))
    return Fields(
        title=headline,
        source=_name(child(about, "provider")) or words(child(content, "creditline")),
        author=words(child(content, "by")) or _name(child(content, "creator")),
        date=first_date(*map(words, created)),
        url=web_address(*(x.get("href") for x in children(about, "link"))),
        language=language_code(*(each.get("tag") for each in spoken), item.get(LANGUAGE)),
    )


def _read_set(held: Any, fields: Fields, path: Path, mark: str) -> Draft | None:
    """Read what an item holds: a document of NITF, a page or a text."""
    if (nitf := child(held, "inlineXML", "nitf")) is not None:
        return _nitf(nitf, path, fields, mark)
    for page in children(child(held, "inlineXML"), "html"):
        return story(inside(child(page, "body")), fields, path, mark)
    if (text := child(held, "inlineData")) is not None and text.text:
        return story(paragraphs(text.text), fields, path, mark)
    return None


def _name(element: Any) -> str | None:
    """Return the name of a person or an organisation, or its literal."""
    if element is None:
        return None
    return words(child(element, "name")) or element.get("literal") or None


def _nitf(root: Any, path: Path, known: Fields, mark: str = "") -> Draft:
    """Read a document of NITF 3.x; what stands around it counts before what it says itself."""
    head, body = child(root, "head"), child(root, "body")
    content = child(body, "body.content")
    media = [e for e in content.iter() if local(e) == "media"] if content is not None else []
    for element in media:
        element.getparent().remove(element)
    told = (LeftOut(f"media ({len(media)})", "pictures and their captions are no part of a story"),)
    number = child(head, "docdata", "doc-id")
    name = mark or (number.get("id-string", "") if number is not None else "") or "1"
    fields = _nitf_fields(head, child(body, "body.head"), known, language_code(root.get(LANGUAGE)))
    below = words(child(body, "body.head", "hedline", "hl2")) or ""
    return story(paragraphs(below) + _html(content), fields, path, name, told if media else ())


def _nitf_fields(head: Any, top: Any, known: Fields, language: str | None) -> Fields:
    facts, press = child(head, "docdata"), child(head, "pubdata")
    press = press if press is not None else {}
    issued = (*children(facts, "date.issue", "date.release"), child(top, "dateline", "story.date"))
    days = [each.get("norm") for each in issued if each is not None]
    byline = child(top, "byline")
    return Fields(
        title=known.title or words(child(top, "hedline", "hl1")) or words(child(head, "title")),
        source=known.source or press.get("name") or words(child(top, "distributor")),
        author=known.author or words(child(byline, "person")) or words(byline),
        date=known.date or first_date(*days, press.get("date.publication")),
        url=known.url or web_address(press.get("ex-ref")),
        language=known.language or language,
    )


def _html(content: Any) -> str:
    """Return NITF's text as HTML, of which its elements are mostly those."""
    if content is None:
        return ""
    for element in content.iter():
        element.tag = _AS_HTML.get(local(element), local(element))
    return inside(content) if len(content) else paragraphs(content.text or "")
