"""Parses XML, even malformed, and JSON as XML; finds fields and makes drafts by XPaths.

Elements have their local names, without namespaces, to keep XPaths short; those of a few
vocabularies whose names clash have their prefix before a hyphen.
"""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields, replace
from html import escape, unescape
from html.entities import html5
from itertools import chain
from pathlib import Path
from typing import Any

from lxml import etree

from embeddings.errors import ReadError
from embeddings.readers.addresses import web_address
from embeddings.readers.assemble import draft_of
from embeddings.readers.dates import first_date
from embeddings.readers.decoding import one_line
from embeddings.readers.draft import Draft, Fields, LeftOut
from embeddings.readers.pages.authors import name_authors
from embeddings.readers.pages.guesses import language_code
from embeddings.readers.pages.story import fragment_text
from embeddings.types import FIELDS

JSON = "json"
"""The name of the root element of parsed JSON."""
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|([A-Za-z][A-Za-z0-9]{0,31});)?")
_HTML = re.compile(r"&#?\w{1,9};|</\w")
"""A reference or a closing tag, by which a title is known to be HTML."""
_VOID = ("area", "br", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
"""HTML's void elements, which have no content."""
_KEPT_PREFIXES = ("excerpt", "googleplay", "image", "itunes", "media")
"""Prefixes of namespaces whose names clash with those of feeds."""
_XML_ENTITIES = ("amp", "lt", "gt", "quot", "apos")
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"@?(?P<plain>[A-Za-z_][A-Za-z0-9_.-]*)")
REGEX = {"re": "http://exslt.org/regular-expressions"}


def parse_xml(text: str, name: str) -> Any:
    """Parse a document, even malformed; raises ReadError if it declares entities or has no root."""
    body = _NO_XML.sub("", text[max(text.find("<"), 0) :]).replace("<!doctype", "<!DOCTYPE", 1)
    parser = etree.XMLParser(
        encoding="utf-8", recover=True, resolve_entities=False, no_network=True,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    root = etree.fromstring(_REFERENCE.sub(_expand, body).encode(), parser)
    if root is None:
        raise ReadError(f"{name} is damaged and cannot be read (no element); save it again.")
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and declared.entities():
        raise ReadError(f"{name} declares entities, which are not read.")
    for element in root.iter():
        prefix, _, plain = element.tag.rpartition("}")[2].rpartition(":")
        prefix = element.prefix or prefix
        element.tag = f"{prefix}-{plain}" if prefix in _KEPT_PREFIXES else plain
    return root


def _expand(reference: re.Match[str]) -> str:
    """Return a reference as XML: HTML's names as characters, an ampersand alone escaped."""
    name = reference[1]
    if name in _XML_ENTITIES or (name is None and len(reference[0]) > 1):
        return reference[0]
    character = html5.get(f"{name};") if name else None
    return escape(character) if character else "&amp;" + reference[0][1:]


def parse_json(text: str) -> Any:
    """Parse JSON as an element tree; a list is one element per item, of its name or ``items``."""
    return _element(JSON, json.loads(text, strict=False, parse_int=str))


def _element(name: str, value: object) -> Any:
    element = etree.Element(name)
    if isinstance(value, str | float):
        element.text = _NO_XML.sub("", str(value))
    members = {"items": value} if isinstance(value, list) else value
    for key, member in members.items() if isinstance(members, dict) else ():
        if match := _NAME.fullmatch(key):
            items = member if isinstance(member, list) else [member]
            element.extend(_element(match["plain"], item) for item in items)
    return element


def find(element: Any, paths: str) -> list[str]:
    """Return the texts that XPaths lead to from an element, in the order of the paths.

    Blanks separate the paths, so none may contain any; ``$here`` in them is the element.
    """
    variables = {"namespaces": REGEX, "here": element}
    results = chain(*(element.xpath(path, **variables) for path in paths.split()))
    return [each if isinstance(each, str) else "".join(each.itertext()) for each in results]


def words(text: str) -> str | None:
    """Unescape a text as one line; None if it is empty. ``&section=`` of a URL is no reference."""
    return one_line(_REFERENCE.sub(lambda reference: unescape(reference[0]), text))


def find_words(element: Any, paths: str) -> list[str]:
    """Return the texts that ``find`` returns, each in one line, without empty ones."""
    return [*filter(None, map(words, find(element, paths)))]


def find_first(element: Any, paths: str) -> str | None:
    """Return the first of the lines that ``find_words`` returns; None without any."""
    return next(iter(find_words(element, paths)), None)


def fields_of(element: Any, paths: Mapping[str, str], known: Fields | None = None) -> Fields:
    """Return the fields that an element states, none to be guessed; ``known`` ones come first.

    ``paths`` maps a field to XPaths, as for ``find``.
    """
    paths = defaultdict(str, paths)
    authors = (find_words(element, path) for path in paths["author"].split())
    own = Fields(
        title=find_first(element, paths["title"]),
        source=find_first(element, paths["source"]),
        author=one_line(", ".join(next(filter(None, authors), ()))),
        date=first_date(*find_words(element, paths["date"])),
        url=web_address(*find_words(element, paths["url"])),
        language=language_code(*find_words(element, paths["language"])),
        stated=frozenset(FIELDS),
    )
    before = {f.name: value for f in fields(Fields) if (value := getattr(known, f.name, None))}
    return replace(own, **before)


def inner_html(element: Any) -> str:
    """Return an element's content as HTML: its child elements, or its text, which is markup."""
    if not len(element):
        return element.text or ""
    for void in element.iter(*_VOID):
        if len(void) or void.text:
            void.tag = "div"  # an unclosed one took what follows it as its content
    parts = [etree.tostring(child, encoding="unicode", method="html") for child in element]
    return escape(element.text or "") + "".join(parts)


def to_html(text: str) -> str:
    """Return a plain text as HTML: empty lines, or all lines if none is empty, end paragraphs."""
    lines = text.replace("\r\n", "\n").strip()
    parts = lines.split("\n\n" if "\n\n" in lines else "\n")
    return "".join(f"<p>{escape(part)}</p>" for part in parts if part.strip())


def draft_story(
    markup: str, fields: Fields, path: Path, key: str, left_out: tuple[LeftOut, ...] = ()
) -> Draft:
    """Make a draft of one story of a file of several; ``key`` is the story's in the file."""
    author = name_authors([fields.author or ""], fields.source)
    title = fragment_text(stated) if _HTML.search(stated := fields.title or "") else stated
    named = replace(fields, origin=one_line(f"#{key}"), author=author, title=one_line(title))
    count = markup.lower().count("<figcaption")
    media = LeftOut(f"media ({count})", "pictures and their captions are no part of a story")
    told = (*left_out, media) if count else left_out
    return draft_of(fragment_text(markup), path, named, told)
