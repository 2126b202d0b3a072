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
_CHANGING = frozenset({"title", "pubDate", "published", "updated", "date", "modified", "lastmod"})
"""Elements of an entry, by their names in RSS, Atom, Dublin Core and sitemaps."""


class Entry(str):
    """The address of a page that a list of pages named, and no person: robots.txt is asked."""

    __slots__ = ()


def is_list(data: bytes) -> bool:
    """Say whether bytes are a feed or a sitemap, by their first element."""
    return _ROOT.match(data[:_HEAD]) is not None


def entries(page: Fetched, fetcher: Fetcher) -> dict[str, str]:
    """Return the addresses of the pages that a feed or a sitemap names, once each, in order.

    Args:
        page: What was fetched; a list of sitemaps leads to those, but not further.
        fetcher: What fetches them.

    Returns:
        With each address what the list says of its page: when that changes, the page has.

    Raises:
        ReadError: It is broken, declares entities, or names no page.
    """
    root = _parsed(page.data, page.address)
    if _local(root) == "sitemapindex":
        places = list(_texts(root, "loc"))[:MAX_SITEMAPS]
        pairs = [pair for place in places for pair in _of_sitemap(place, fetcher)]
    else:
        pairs = list(_addresses(root))
    if not pairs:
        raise ReadError(f"{page.address} is a list of pages that names none; add a page instead.")
    found: dict[str, str] = {}
    for address, said in pairs:
        found.setdefault(address, said)
    return found


def _of_sitemap(place: str, fetcher: Fetcher) -> Iterator[tuple[str, str]]:
    page = fetcher.get(place, crawled=True)
    root = _parsed(page.data, page.address)
    if _local(root) == "urlset":
        yield from _addresses(root)


def _addresses(root: Any) -> Iterator[tuple[str, str]]:
    """Yield the address of each entry, and what is said of it.

    The address is RSS's link, Atom's alternate link, or a sitemap's loc.
    """
    if _local(root) == "urlset":
        for entry in root:
            said = _said(entry)
            yield from ((child, said) for child in _texts([entry], "loc"))
        return
    for entry in root.iter():
        if _local(entry) not in ("item", "entry"):
            continue
        links = [child for child in entry if _local(child) == "link"]
        shown = [x for x in links if x.get("rel", "alternate") == "alternate"]
        found = next((x.get("href") or x.text for x in shown if x.get("href") or x.text), None)
        if found and found.strip():
            yield found.strip(), _said(entry)


def _said(entry: Any) -> str:
    """Return an entry's title and days, which change with its page, as a line."""
    told = [c for c in entry if _local(c) in _CHANGING and (c.text or "").strip()]
    return " | ".join(f"{_local(c)}: {' '.join(c.text.split())[:200]}" for c in told)


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
