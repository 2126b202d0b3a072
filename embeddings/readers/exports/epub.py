"""EPUB files (EPUB 2 and 3) -> the story in them: the pages in their order, under one headline."""

import posixpath
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from embeddings.errors import ReadError
from embeddings.readers.addresses import web_address
from embeddings.readers.assemble import draft_of, without_head
from embeddings.readers.dates import first_date
from embeddings.readers.draft import Draft, Fields
from embeddings.readers.exports.markup import child, children, inside, parse_xml, words
from embeddings.readers.formats.archives import open_archive, unpack
from embeddings.readers.formats.decoding import decode_stated
from embeddings.readers.pages.guesses import language_code
from embeddings.readers.pages.story import fragment_text

MAX_PART = 10_000_000
"""The most bytes of one page."""


def read(data: bytes, path: Path) -> Draft:
    """Read an EPUB file; its table of contents and its title page are no part of the text."""
    name = str(path)
    with open_archive(data, name) as archive:
        if "META-INF/encryption.xml" in archive.namelist():
            raise ReadError(f"{name} is locked (DRM) and cannot be read.")
        container = _xml(archive, "META-INF/container.xml", name)
        place = child(container, "rootfiles", "rootfile")
        main = place.get("full-path", "") if place is not None else ""
        package = _xml(archive, main, name)
        about = child(package, "metadata")
        pages = [child(_xml(archive, each, name), "body") for each in _spine(package, main)]
    texts = [text for text in map(fragment_text, map(inside, pages)) if text]
    fields = _fields(about)
    text = without_head("\n\n".join(texts), fields)
    if not text.strip():
        raise ReadError(f"{name} has no text; put the story in it.")
    return draft_of(text, path, fields, needed_only=True)


def _fields(about: Any) -> Fields:
    """Return what a package's metadata state (Dublin Core)."""
    people = [words(x) for x in children(about, "creator")]
    return Fields(
        title=words(child(about, "title")),
        source=words(child(about, "publisher")),
        author=", ".join(filter(None, people)) or None,
        date=first_date(words(child(about, "date"))),
        url=web_address(words(child(about, "source"))),
        language=language_code(words(child(about, "language"))),
    )


def _spine(package: Any, main: str) -> list[str]:
    """Return the places of the pages in their order, without those that only lead to others."""
    items = {x.get("id"): x for x in children(child(package, "manifest"), "item")}
    guide = children(child(package, "guide"), "reference")
    aside = {x.get("href", "").partition("#")[0] for x in guide if x.get("type") != "text"}
    folder = posixpath.dirname(main)
    found = []
    for reference in children(child(package, "spine"), "itemref"):
        item = items.get(reference.get("idref"))
        if item is None or "nav" in item.get("properties", "").split():
            continue
        if item.get("href") not in aside and reference.get("linear") != "no":
            found.append(posixpath.normpath(posixpath.join(folder, unquote(item.get("href", "")))))
    return found


def _xml(archive: ZipFile, place: str, name: str) -> Any:
    data = unpack(archive, place, name, MAX_PART)
    return parse_xml(decode_stated(data, name, None, None), name)
