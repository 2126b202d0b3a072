"""Lists of pages: RSS and Atom feeds, and sitemaps -> the addresses that they name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from embeddings.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from embeddings.readers.fetch import Fetched, Fetcher

MAX_ENTRIES = 100
"""The most pages that are read of one list: the first ones."""

MAX_SITEMAPS = 10
"""The most sitemaps that are read of a list of sitemaps: the first ones."""

_ROOT = re.compile(
    rb"[\s\xef\xbb\xbf]*(?:<\?[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>\s*)*"
    rb"<(?:\w+:)?(?:rss|feed|urlset|sitemapindex|RDF)\b",
    re.DOTALL,
)
_HEAD = 4096


def is_list(data: bytes) -> bool:
    """Say whether bytes are a feed or a sitemap, by their first element."""
    return _ROOT.match(data[:_HEAD]) is not None


def entries(page: Fetched, fetcher: Fetcher) -> list[str]:
    """Return the addresses of the pages that a feed or a sitemap names, once each, in order.

    Args:
        page: What was fetched; a list of sitemaps leads to those, but not further.
        fetcher: What fetches them.

    Raises:
        ReadError: It is broken, declares entities, or names no page.
    """
    root = _parsed(page.data, page.address)
    if _local(root) == "sitemapindex":
        found = [
            address
            for place in list(_texts(root, "loc"))[:MAX_SITEMAPS]
            for address in _of_sitemap(place, fetcher)
        ]
    else:
        found = list(_addresses(root))
    if not found:
        raise ReadError(f"{page.address} is a list of pages that names none; add a page instead.")
    return list(dict.fromkeys(found))


def _of_sitemap(place: str, fetcher: Fetcher) -> Iterator[str]:
    page = fetcher.get(place, crawled=True)
    root = _parsed(page.data, page.address)
    if _local(root) == "urlset":
        yield from _addresses(root)


def _addresses(root: Any) -> Iterator[str]:
    """Yield the address of each entry: RSS's link, Atom's alternate link, a sitemap's loc."""
    if _local(root) == "urlset":
        yield from _texts(root, "loc")
        return
    for entry in root.iter():
        if _local(entry) not in ("item", "entry"):
            continue
        links = [child for child in entry if _local(child) == "link"]
        shown = [x for x in links if x.get("rel", "alternate") == "alternate"]
        found = next((x.get("href") or x.text for x in shown if x.get("href") or x.text), None)
        if found and found.strip():
            yield found.strip()


def _texts(root: Any, name: str) -> Iterator[str]:
    """Yield the text of the elements of a name that stand two levels below the root."""
    for entry in root:
        for child in entry:
            if _local(child) == name and (child.text or "").strip():
                yield child.text.strip()


def _local(element: Any) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _parsed(data: bytes, name: str) -> Any:
    from defusedxml import DefusedXmlException  # lists of pages are rare
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        return fromstring(data)
    except DefusedXmlException:
        raise ReadError(f"{name} declares entities, which no list of pages does.") from None
    except (ParseError, ValueError, LookupError) as error:
        raise ReadError(f"{name} is a broken list of pages ({error}).") from None
