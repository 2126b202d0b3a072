"""Exports in JSON: JSON Feed (1.0, 1.1) and the IPTC's ninjs (1 to 3) -> their stories."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from embeddings.errors import ReadError
from embeddings.readers.addresses import web_address
from embeddings.readers.dates import first_date
from embeddings.readers.draft import Draft, Fields, Found, Listed
from embeddings.readers.exports.markup import paragraphs, story
from embeddings.readers.formats.decoding import decode_stated, one_line
from embeddings.readers.pages.guesses import language_code
from embeddings.types import Rejected

_FEED = "jsonfeed.org/version"


def read(
    data: bytes, path: Path, *, address: str | None = None, charset: str | None = None
) -> Iterator[Found]:
    """Read a JSON Feed, or one or several items of ninjs."""
    name = address or str(path)
    whole = json.loads(decode_stated(data, name, charset, None).lstrip("\ufeff"))
    if isinstance(whole, dict) and _FEED in str(whole.get("version", "")):
        return _feed(whole, path, name)
    held = whole.get("items", whole.get("_items", whole)) if isinstance(whole, dict) else whole
    items = _list(held) or [held]
    if all(isinstance(each, dict) and "uri" in each for each in items):
        return (_ninjs(each, path, number) for number, each in enumerate(items, 1))
    raise ReadError(f"{name} is JSON of a kind that is not read; JSON Feed and ninjs are.")


def _feed(feed: dict[str, Any], path: Path, name: str) -> Iterator[Found]:
    found = [each for each in _list(feed.get("items")) if isinstance(each, dict)]
    for number, item in enumerate(found, 1):
        url = web_address(_text(item, "url"), _text(item, "external_url"))
        markup = _text(item, "content_html") or paragraphs(_text(item, "content_text"))
        people = _list(item.get("authors")) or [item.get("author")]
        people = people if any(people) else _list(feed.get("authors")) or [feed.get("author")]
        fields = Fields(
            title=one_line(item.get("title")),
            source=one_line(feed.get("title")),
            author=_names(people),
            date=first_date(_text(item, "date_published"), _text(item, "date_modified")),
            url=url,
            language=language_code(_text(item, "language"), _text(feed, "language")),
        )
        if markup.strip():
            yield story(markup, fields, path, str(item.get("id") or url or number))
        elif url:
            yield Listed(url, " | ".join(filter(None, (fields.title, str(fields.date or "")))))
    if not found:
        raise ReadError(f"{name} is a JSON Feed without any item.")


def _ninjs(item: dict[str, Any], path: Path, number: int) -> Draft | Rejected:
    title = one_line(item.get("headline")) or _of_role(item.get("headlines"), "value")
    title = title or one_line(item.get("title"))
    status = _text(item, "pubstatus") or "usable"
    mark = _text(item, "uri") or str(number)
    if status != "usable":
        name = title or mark
        return Rejected(f"{path}#{mark}", f"“{name}” of {path} may not be used: it is {status}.")
    markup = _text(item, "body_html") or _text(item, "body_xhtml") or _body(item.get("bodies"))
    stamps = (_text(item, each) for each in ("contentcreated", "firstcreated", "versioncreated"))
    sources = _list(item.get("infosources")) or [{"name": item.get("source")}]
    provider = item.get("provider")
    fields = Fields(
        title=title,
        source=_names(sources) or _names([provider]) or one_line(provider),
        author=one_line(item.get("byline")) or one_line(item.get("by")) or _people(item),
        date=first_date(*stamps),
        url=web_address(_text(item, "canonicalurl"), mark),
        language=language_code(_text(item, "language")),
    )
    text = _text(item, "body_text") or _text(item, "body")
    return story(markup or paragraphs(text), fields, path, mark)


def _of_role(values: object, key: str) -> str | None:
    """Return the main one of several values: without a role, or the first."""
    found = [each for each in _list(values) if isinstance(each, dict)]
    main = [each for each in found if each.get("role") in (None, "", "main")] or found
    return one_line(main[0].get(key)) if main else None


def _body(bodies: object) -> str:
    """Return the text of an item that is told in several ways, as HTML."""
    held = [each for each in _list(bodies) if isinstance(each, dict) and each.get("value")]
    for each in held:
        if "html" in str(each.get("contenttype", "")):
            return str(each["value"])
    return paragraphs(str(held[0]["value"])) if held else ""


def _people(item: dict[str, Any]) -> str | None:
    """Return those whom an item names as its authors (ninjs 1.3: people, infosource)."""
    roles = ("author", "writer", "byline", "creator")
    people = [p for p in _list(item.get("people")) if isinstance(p, dict)]
    return _names([p for p in people if str(p.get("rel", "")).rpartition(":")[2] in roles])


def _names(values: object) -> str | None:
    names = [one_line(each.get("name")) for each in _list(values) if isinstance(each, dict)]
    return one_line(", ".join(filter(None, names)))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) else ""
