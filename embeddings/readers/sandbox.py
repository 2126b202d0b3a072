"""Reading files that may be hostile in a process of their own, which is killed when it must be.

A parser that hangs, or that asks for memory without end, ends with that process, and the person
gets a sentence. The process is started when the first such file comes, serves the next ones too,
has no secrets in its environment, and may write no file.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from embeddings.child import Child, ChildError
from embeddings.errors import ReadError
from embeddings.readers.addresses import parse
from embeddings.readers.draft import FOUND, Draft, Found
from embeddings.readers.registry import FORMATS, WITH_ADDRESS, format_of_page, name_of

if TYPE_CHECKING:
    from embeddings.readers.fetch import Fetched

MEGABYTES = 500
"""The most memory that the process may ask for, its libraries included."""
PATIENCE = 10.0
"""How many times its limit of processor time a file may take by the clock on the wall."""
_MODULE = "embeddings.readers.confined"
_SUBDOMAIN = re.compile(r"^(?:www|amp|m|mobile)\.")


class Sandbox:
    """A process that reads files, started at need; a context manager.

    Args:
        seconds: How much processor time one file may take, once the libraries that read it are
            loaded; by default what its format is given.
        megabytes: The most memory that the process may ask for.
    """

    def __init__(self, *, seconds: float | None = None, megabytes: int = MEGABYTES) -> None:
        self._seconds = seconds
        self._megabytes = megabytes
        self.child = Child(_MODULE, megabytes=megabytes, quiet=True)

    def __enter__(self) -> Self:
        """Return itself; nothing is started yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self.child.end()

    def read(self, extension: str, data: bytes, path: str, **known: str | None) -> list[Found]:
        """Read a file there.

        Args:
            extension: The format, as in ``FORMATS``.
            data: The file's bytes.
            path: Where they are from.
            known: What else the format's reader takes, such as a page's address.

        Returns:
            What is in it: one draft, each with something to quote, or what a list or an export
            holds.

        Raises:
            ReadError: It cannot be read, takes too long or too much memory.
        """
        told = {name: value for name, value in known.items() if value is not None}
        request = {"extension": extension, "path": path, "known": told}
        seconds = self._seconds or FORMATS[extension].seconds
        answer = self._ask(json.dumps(request).encode() + b"\n" + data, path, seconds)
        if "error" in answer:
            if answer.get("last"):
                self.child.end()
            raise ReadError(str(answer["error"]))
        return FOUND.validate_python(answer["found"])

    def read_page(self, page: Fetched, given: str) -> list[Found]:
        """Read what was fetched for an address, by the format that its bytes are in.

        Args:
            page: What was fetched.
            given: The address, as a person or a page writes it.

        Returns:
            What is in it. The origin of a page is the address that was given, so that it is known
            again.

        Raises:
            ReadError: It cannot be read; the sentence says why.
        """
        extension, name = format_of_page(page), name_of(page.address)
        if extension in WITH_ADDRESS:
            known = {"address": page.address, "charset": page.charset}
            found = self.read(extension, page.data, name, **known)
        else:
            try:
                found = self.read(extension, page.data, str(Path(name).with_suffix(extension)))
            except ReadError as error:
                raise ReadError(f"{page.address} cannot be read: {error}") from None
        if len(found) == 1 and isinstance(found[0], Draft):
            draft = found[0]
            is_own = draft.url and _is_same_site(draft.url, page.address)
            url = draft.url if is_own else page.address
            return [replace(draft, origin=str(parse(given)), url=url)]
        return [_of_web(each, page) for each in found]

    def _ask(self, job: bytes, name: str, seconds: float) -> dict[str, Any]:
        try:
            result = self.child.run(job, seconds=seconds, silence=PATIENCE * seconds)
        except ChildError as error:
            if error.late:
                raise ReadError(
                    f"{name} takes more than {seconds:g} seconds to read; save the story's text "
                    "as a .txt or .md file, or cut it into several."
                ) from None
            raise ReadError(
                f"{name} is damaged, or needs more than {self._megabytes} MB of memory to read; "
                "save the story's text as a .txt or .md file."
            ) from None
        return dict(json.loads(result))


def _of_web(found: Found, page: Fetched) -> Found:
    """Return a story of several at an address as one of that address."""
    if not isinstance(found, Draft):
        return found
    mark = (found.origin or "").rpartition("#")[2]
    return replace(found, origin=found.url or f"{page.address}#{mark}")


def _is_same_site(url: str, address: str) -> bool:
    """Say whether a page may name another address as its own: one of the same site."""
    hosts = [_SUBDOMAIN.sub("", urlsplit(a).hostname or "") for a in (url, address)]
    return hosts[0] == hosts[1]
