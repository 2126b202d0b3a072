"""Reading files that may be hostile in a process of their own, which is killed when it must be.

A parser that hangs, or that asks for memory without end, ends with that process, and the person
gets a sentence. The process is started when the first such file comes, serves the next ones too,
has no secrets in its environment, and may write no file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self

from embeddings.child import Child, ChildError
from embeddings.errors import ReadError
from embeddings.readers.draft import FOUND
from embeddings.readers.registry import FORMATS

if TYPE_CHECKING:
    from embeddings.readers.draft import Found

MEGABYTES = 500
"""The most memory that the process may ask for, its libraries included."""
PATIENCE = 10.0
"""How many times its limit of processor time a file may take by the clock on the wall."""
_MODULE = "embeddings.readers.confined"


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
        seconds = self._seconds or FORMATS[extension].patience(len(data))
        answer = self._ask(json.dumps(request).encode() + b"\n" + data, path, seconds)
        if "error" in answer:
            if answer.get("last"):
                self.child.end()
            raise ReadError(str(answer["error"]))
        return FOUND.validate_python(answer["found"])

    def _ask(self, job: bytes, name: str, seconds: float) -> dict[str, Any]:
        try:
            result = self.child.run(job, seconds=seconds, silence=PATIENCE * seconds)
        except ChildError as error:
            if error.late:
                raise ReadError(
                    f"{name} takes more than {seconds:g} seconds to read; save the story's text "
                    "as a .txt or .md file."
                ) from None
            raise ReadError(
                f"{name} is damaged, or needs more than {self._megabytes} MB of memory to read; "
                "save the story's text as a .txt or .md file."
            ) from None
        return dict(json.loads(result))
