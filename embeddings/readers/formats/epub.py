"""Reads EPUB files (EPUB 2 and 3) as one story: all pages in their order, under one headline."""

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from embeddings.errors import ReadError
from embeddings.readers.archives import open_archive, unpack
from embeddings.readers.assemble import draft_of, without_head
from embeddings.readers.decoding import decode_stated
from embeddings.readers.draft import Draft
from embeddings.readers.formats.markup import fields_of, inner_html, parse_xml
from embeddings.readers.pages.story import fragment_text

MAX_PART = 10_000_000
"""The most bytes of a page."""
_FIELDS = {
    "title": "metadata/title", "source": "metadata/publisher", "author": "metadata/creator",
    "date": "metadata/date[1]", "url": "metadata/source[1]", "language": "metadata/language[1]",
}  # fmt: skip
"""Field -> XPath of it in a package document (Dublin Core)."""


def read(data: bytes, path: Path) -> Draft:
    """Read an EPUB file without its table of contents and its title page."""
    name = str(path)
    with open_archive(data, name) as archive:
        if "META-INF/encryption.xml" in archive.namelist():
            raise ReadError(f"{name} is locked (DRM) and cannot be read.")
        container = _xml(archive, "META-INF/container.xml", name)
        main = next(iter(container.xpath("rootfiles/rootfile/@full-path")), "")
        package = _xml(archive, main, name)
        pages = (_xml(archive, member, name) for member in _spine(package, main))
        bodies = [inner_html(body) for page in pages for body in page.xpath("body")]
    fields = fields_of(package, _FIELDS)
    text = without_head("\n\n".join(filter(None, map(fragment_text, bodies))), fields)
    return draft_of(text, path, fields)


def _spine(package: Any, main: str) -> Iterator[str]:
    """Yield the archive's names of the pages, in order, except tables of contents and the like."""
    items = {item.get("id"): item for item in package.xpath("manifest/item")}
    guide = package.xpath("guide/reference[not(@type='text')]/@href")
    skipped = {href.partition("#")[0] for href in guide}
    for key in package.xpath("spine/itemref[not(@linear='no')]/@idref"):
        href = items[key].get("href", "") if key in items else ""
        if href and href not in skipped and "nav" not in items[key].get("properties", "").split():
            folder = posixpath.dirname(main)
            yield posixpath.normpath(posixpath.join(folder, unquote(href)))


def _xml(archive: ZipFile, member: str, name: str) -> Any:
    data = unpack(archive, member, name, MAX_PART)
    return parse_xml(decode_stated(data, name), name)
