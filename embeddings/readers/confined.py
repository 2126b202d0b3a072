"""The process that reads files which may be hostile: a file comes in, what is in it goes out.

A job is a line of JSON that says what the file is, and the file's bytes; the result is JSON, since
who reads hostile files is not trusted with more.
"""

import contextlib
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from embeddings.child import Tell, serve
from embeddings.errors import ReadError
from embeddings.readers.assemble import check_quotable
from embeddings.readers.draft import FOUND, Draft, Found
from embeddings.readers.registry import FORMATS
from embeddings.types import Rejected

ENOUGH = 0.8
"""The share of a file's time after which no other story of it is read."""


def prepare(job: bytes) -> None:
    """Load the libraries that the format of a file needs."""
    FORMATS[json.loads(job.partition(b"\n")[0])["extension"]].load()


def work(job: bytes, __: Tell) -> bytes:
    """Read one file; no message comes before the result."""
    request, _, data = job.partition(b"\n")
    return json.dumps(answer(json.loads(request), data)).encode("ascii")


def answer(request: dict[str, Any], data: bytes) -> dict[str, Any]:
    """Read one file; whatever goes wrong is a sentence."""
    path, known, read_as = str(request["path"]), request["known"], FORMATS[request["extension"]]
    until = time.process_time() + ENOUGH * read_as.seconds
    name = known.get("address") or path
    try:
        found = read_as.load()(data, Path(path), **known)
        found = [check_quotable(found, name)] if isinstance(found, Draft) else found
        return {"found": FOUND.dump_python([*_check_each(found, name, until)], mode="json")}
    except ReadError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": f"{name} needs too much memory to read; cut it into parts.", "last": True}
    except (Exception, RecursionError):  # noqa: BLE001 - parsers raise anything
        return {"error": f"{name} is damaged and cannot be read; save it again."}


def _check_each(found: Iterable[Found], name: str, until: float) -> Iterator[Found]:
    """Yield what a file holds; a story that cannot be stored is told, and costs no other.

    So is what is left of a file when the process has used its time ``until`` then.
    """
    for number, each in enumerate(found):
        if number and time.process_time() > until:
            yield Rejected(
                name, f"{name} takes too long; it was read up to story {number}: cut it into parts."
            )
            return
        if not isinstance(each, Draft):
            yield each
            continue
        try:
            yield check_quotable(each, f"“{each.title}” of {name}")
        except ReadError as error:
            yield Rejected(each.origin or name, str(error))


def forbid_files() -> None:
    """Let this process write no file."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # Windows has none

        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


if __name__ == "__main__":
    forbid_files()
    serve(work, prepare)
