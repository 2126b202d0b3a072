"""Files of XML -> what they hold: feeds, sitemaps, WordPress's exports, NewsML-G2 and NITF."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from embeddings.errors import ReadError
from embeddings.readers.exports import listing, newsml, wordpress
from embeddings.readers.exports.markup import local, parsed
from embeddings.readers.formats.decoding import decode_stated
from embeddings.readers.pages import html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from embeddings.readers.draft import Draft, Found


_DECLARED = re.compile(rb"<\?xml[^>]{0,99}?encoding\s{0,9}=\s{0,9}[\"']([\w.-]{1,40})[\"']")


def read(
    data: bytes, path: Path, *, address: str | None = None, charset: str | None = None
) -> Draft | Iterator[Found]:
    """Read a feed, a sitemap, or an export in XML.

    Args:
        data: The file's bytes.
        path: Where they are from.
        address: The address that they are from, if it is one.
        charset: The encoding that the server named.

    Returns:
        What it holds or names, in order.

    Raises:
        ReadError: It declares entities, is none of these, or holds nothing.
    """
    name = address or str(path)
    root = parsed(decode_stated(data, name, charset, _DECLARED.search(data[:1024])), name)
    kind = local(root)
    if kind == "html":
        return html.read(data, path, address=address, charset=charset)
    if wordpress.is_export(root):
        return wordpress.read(root, path)
    if kind in ("nitf", "newsMessage", "newsItem"):
        return newsml.read(root, path)
    if kind in listing.KINDS:
        return listing.read(root, path, address)
    raise ReadError(
        f"{name} is XML of a kind that is not read ({kind}); feeds, sitemaps, WordPress exports, "
        "NewsML-G2 and NITF are."
    )
