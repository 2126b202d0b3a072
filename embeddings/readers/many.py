"""Reads what a person names: files, folders, archives, exports, pages, feeds and sitemaps."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from embeddings.errors import ReadError
from embeddings.readers.addresses import is_web_address, parse
from embeddings.readers.archives import gunzip, members
from embeddings.readers.decoding import storable
from embeddings.readers.draft import Draft, Item, LeftOut, ListedPage
from embeddings.readers.inputs import (
    COMPRESSED,
    MAX_BYTES,
    expand,
    file_bytes,
    format_of,
    is_article,
    not_empty,
    tell_unread,
    without_parts,
)
from embeddings.readers.registry import ARCHIVE, choose_format, format_of_page
from embeddings.types import ATTACHED, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from embeddings.readers.fetch import Fetched, Fetcher
    from embeddings.readers.sandbox import Sandbox

    Outcome = tuple[str, Draft] | Rejected
    """The name of an article for sentences, and its draft; or a rejection."""

MAX_ENTRIES = 100
"""The most pages to read of a feed or a sitemap: the first ones."""
MAX_LISTS = 10
"""The most sitemaps to read of a sitemap index: the first ones."""
LONGEST_NAME = 50
"""The most characters of an attachment's name, its extension apart."""
LIST_SECONDS = 300.0
"""Seconds after which no more pages of a feed or a sitemap are read."""


class Entry(str):
    """The URL of a page that a feed or a sitemap named, not a person; robots.txt counts for it."""

    __slots__ = ()


def read_all(
    inputs: Sequence[str],
    sandbox: Sandbox,
    fetcher: Fetcher,
    names: Mapping[str, str] | None = None,
) -> Iterator[Outcome]:
    """Read all inputs, and yield each article or rejection.

    What was left out of a folder or an archive is reported with its first article.

    Args:
        inputs: Paths of files, folders and archives; URLs of pages, archives, feeds and sitemaps.
        sandbox: The process that reads files.
        fetcher: The client that fetches pages.
        names: Path of a temporary file -> the name that the person gave it.
    """
    left_out: tuple[LeftOut, ...] = ()
    for outcome in _read_each(inputs, _Reader(sandbox, fetcher), names or {}):
        if isinstance(outcome, LeftOut):
            left_out = (*left_out, outcome)
        elif isinstance(outcome, tuple):
            name, draft = outcome
            yield name, replace(draft, left_out=(*draft.left_out, *left_out))
            left_out = ()
        else:
            yield outcome


def _read_each(
    inputs: Sequence[str], reader: _Reader, names: Mapping[str, str]
) -> Iterator[Outcome | LeftOut]:
    for path in expand(inputs):
        if not isinstance(path, str):
            yield path
        elif path in names:
            name = _file_name(names[path])
            yield from reader.read(path, name, f"{ATTACHED}{name}")
        else:
            yield from reader.read(path, path)


def _file_name(name: str) -> str:
    """Return an attachment's name without folders, cut to a length that can be shown."""
    last = PurePosixPath(name.replace("\\", "/")).name.replace("\0", "")
    stem, _, extension = last.rpartition(".") if "." in last else (last, "", "")
    return f"{stem.lstrip('.')[:LONGEST_NAME] or 'file'}.{extension[:20]}".rstrip(".")


def list_pages(page: Fetched, sandbox: Sandbox, fetcher: Fetcher) -> dict[str, str]:
    """Return the pages that a feed or a sitemap lists, and those of the sitemaps of an index.

    Returns:
        URL -> summary of the page's entry, which changes when the page does; in order.

    Raises:
        ReadError: ``page`` is no feed or sitemap, or lists no page.
    """
    if format_of_page(page) not in (".xml", ".json"):
        raise ReadError(f"{page.address} is neither a feed nor a sitemap; add it as a page.")
    items = _Reader(sandbox, fetcher).expand_lists(sandbox.read_page(page))
    return {each.address: each.summary for each in items if isinstance(each, ListedPage)}


@dataclass
class _Reader:
    """Reads inputs, one after the other."""

    sandbox: Sandbox
    fetcher: Fetcher

    def read(self, path: str, name: str, origin: str = "") -> Iterator[Outcome | LeftOut]:
        """Read a path or URL, called ``name`` in sentences; yield any error as a rejection.

        ``origin`` is that of the articles, by default the absolute path or the URL.
        """
        try:
            if is_web_address(path):
                page = self.fetcher.get(path, crawled=isinstance(path, Entry))
                if format_of_page(page) == ARCHIVE:
                    yield from self._read_archive(page.data, page.address, page.address)
                else:
                    yield from self._outcomes(self.sandbox.read_page(page), path, str(parse(path)))
                return
            data = file_bytes(path, name)
            origin = origin or storable(str(Path(path).resolve()))
            if name.lower().endswith(ARCHIVE):
                yield from self._read_archive(data, name, origin)
            else:
                yield from self._outcomes(self._read_file(data, Path(name)), name, origin)
        except ReadError as error:
            yield Rejected(name, str(error))

    def _read_file(self, data: bytes, path: Path) -> list[Item]:
        if path.suffix.lower() == COMPRESSED:
            data, path = gunzip(data, str(path), MAX_BYTES), path.with_suffix("")
        return self.sandbox.read(choose_format(data, format_of(path)), data, str(path))

    def _read_archive(self, data: bytes, name: str, origin: str) -> Iterator[Outcome | LeftOut]:
        """Read the files of an archive by the rules for a folder."""
        files = [*members(data, name, MAX_BYTES)]  # several may have the same path
        kept = {*without_parts([path for path, _ in files])}
        read = kept & {p for p, u in files if isinstance(u, ReadError) or is_article(Path(p).name)}
        yield from tell_unread(sorted(kept - read))
        for path, unpack in (file for file in files if file[0] in read):
            try:
                if isinstance(unpack, ReadError):
                    raise unpack
                items = self._read_file(not_empty(unpack(), path), Path(path))
                yield from self._outcomes(items, path, origin + path.removeprefix(name))
            except ReadError as error:
                yield Rejected(path, str(error))
        if not read:
            raise ReadError(f"{name} has no article in it; put files in it that can be read.")

    def _outcomes(self, items: Sequence[Item], name: str, origin: str) -> Iterator[Outcome]:
        """Yield the drafts found in an input, and those of the pages that it lists."""
        end, number, is_one = time.monotonic() + LIST_SECONDS, 0, len(items) == 1
        expanded = list(self.expand_lists(items))
        total = sum(isinstance(each, ListedPage) for each in expanded)
        for each in expanded:
            if isinstance(each, Rejected):
                yield each
            elif isinstance(each, Draft):
                place = each.origin or ""
                draft = replace(each, origin=origin + place)
                yield name if is_one else each.url or name + place, draft
            elif number >= MAX_ENTRIES or time.monotonic() > end:
                yield Rejected(
                    name,
                    f"Only the first {number} of the {total} pages of {name} were read; add the "
                    "others one by one.",
                )
                return
            else:
                number += 1
                yield self._read_listed(each)

    def expand_lists(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield items with each listed sitemap replaced by its pages, without duplicate pages."""
        lists = 0
        seen: set[str] = set()
        for each in items:
            pages: Iterable[Item] = (each,)
            if isinstance(each, ListedPage) and each.is_list:
                lists += 1
                pages = self._read_list(each.address) if lists <= MAX_LISTS else ()
            for item in pages:
                key = item.address if isinstance(item, ListedPage) else ""
                if not key or key not in seen:
                    seen.add(key)
                    yield item

    def _fetch_page(self, url: str) -> list[Item]:
        return self.sandbox.read_page(self.fetcher.get(url, crawled=True))

    def _read_list(self, url: str) -> list[Item]:
        try:
            items = self._fetch_page(url)
        except ReadError as error:
            return [Rejected(url, str(error))]
        return [each for each in items if not (isinstance(each, ListedPage) and each.is_list)]

    def _read_listed(self, page: ListedPage) -> Outcome:
        """Read a listed page, or use the list's draft of it if the page cannot be read."""
        try:
            items = self._fetch_page(page.address)
            draft = next((each for each in items if isinstance(each, Draft)), None)
            reason = f"{page.address} is no page, though a list names it; add it by itself."
        except ReadError as error:
            draft, reason = None, str(error)
        if draft := draft or page.draft:
            return page.address, replace(draft, origin=str(parse(page.address)))
        return Rejected(page.address, reason)
