"""Reads files that may be hostile in a child process, within limits of time and memory.

A parser that hangs or takes too much memory ends with that process, and the person gets a
sentence. The process starts with the first file and serves the next ones; it has no secrets in
its environment and cannot write files.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from embeddings.child import Child, ChildError
from embeddings.errors import ReadError
from embeddings.readers.draft import ITEMS, Draft, Item
from embeddings.readers.registry import SECONDS, WITH_ADDRESS, format_of_page, name_of

if TYPE_CHECKING:
    from embeddings.readers.fetch import Fetched

MEGABYTES = 500
"""The limit of the process's address space, libraries included."""
PATIENCE = 10.0
"""The limit of wall-clock time per file, as a multiple of its limit of processor time."""
_MODULE = "embeddings.readers.confined"
_SUBDOMAIN = re.compile(r"^(?:www|amp|m|mobile)\.")


class Sandbox:
    """A child process that reads files, started on demand; a context manager.

    Args:
        seconds: The limit of processor time per file, imports apart.
        megabytes: The limit of the process's address space.
    """

    def __init__(self, *, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> None:
        self._seconds = seconds
        self._megabytes = megabytes
        self.child = Child(_MODULE, megabytes=megabytes, quiet=True)

    def __enter__(self) -> Self:
        """Return self; the process starts with the first file."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill the process."""
        self.child.close()

    def read(self, extension: str, data: bytes, path: str, **known: str | None) -> list[Item]:
        """Read a file in the process, by the format of an extension in ``FORMATS``.

        ``known`` are the reader's other arguments, such as a page's ``address``.

        Returns:
            One draft, or the items of a feed, sitemap or export; each draft has a passage to quote.

        Raises:
            ReadError: The file cannot be read, or takes too much time or memory.
        """
        known = {name: value for name, value in known.items() if value is not None}
        request = {"extension": extension, "path": path, "known": known}
        answer = self._run(json.dumps(request).encode() + b"\n" + data, path)
        if "error" in answer:
            if answer.get("last"):
                self.child.close()
            raise ReadError(str(answer["error"]))
        return ITEMS.validate_python(answer["found"])

    def read_page(self, page: Fetched) -> list[Item]:
        """Read a fetched page or file, by its format.

        Returns:
            The items in it. A single draft has the page's URL, unless it states one of that site.

        Raises:
            ReadError: The page cannot be read.
        """
        extension, name = format_of_page(page), name_of(page.address)
        if extension in WITH_ADDRESS:
            known = {"address": page.address, "charset": page.charset}
            items = self.read(extension, page.data, name, **known)
        else:
            try:
                items = self.read(extension, page.data, name)
            except ReadError as error:
                raise ReadError(f"{page.address} cannot be read: {error}") from None
        if len(items) == 1 and isinstance(items[0], Draft):
            draft = items[0]
            is_own = draft.url and _is_same_site(draft.url, page.address)
            link = draft.url if is_own else page.address
            return [replace(draft, url=link)]
        return items

    def _run(self, job: bytes, name: str) -> dict[str, Any]:
        try:
            result = self.child.run(job, seconds=self._seconds, silence=PATIENCE * self._seconds)
        except ChildError as error:
            if error.late:
                raise ReadError(
                    f"{name} takes more than {self._seconds:g} seconds to read; save the "
                    "story's text as a .txt or .md file, or cut it into several."
                ) from None
            raise ReadError(
                f"{name} is damaged, or needs more than {self._megabytes} MB of memory to read; "
                "save the story's text as a .txt or .md file."
            ) from None
        return dict(json.loads(result))


def _is_same_site(*urls: str) -> bool:
    """Say whether two URLs have the same host, apart from prefixes such as ``www.``."""
    hosts = [_SUBDOMAIN.sub("", urlsplit(url).hostname or "") for url in urls]
    return hosts[0] == hosts[1]
