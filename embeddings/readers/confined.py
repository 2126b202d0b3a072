"""The sandbox's process: reads files that may be hostile, and answers with their drafts.

A job is a line of JSON about the file, then its bytes. The result is JSON, not a pickle, since a
hostile file may have taken this process over.
"""

import contextlib
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from embeddings.child import Tell, serve
from embeddings.errors import ReadError
from embeddings.readers.assemble import check_quotable
from embeddings.readers.draft import ITEMS, Draft, Item, ListedPage
from embeddings.readers.registry import SECONDS, load_reader
from embeddings.types import Rejected

ENOUGH = 0.8
"""The share of a file's processor time after which no more of its stories are read."""


def prepare(job: bytes) -> None:
    """Import the libraries that a file's format needs."""
    load_reader(json.loads(job.partition(b"\n")[0])["extension"])


def work(job: bytes, __: Tell) -> bytes:
    """Read one file; it sends no messages before the result."""
    request, _, data = job.partition(b"\n")
    return json.dumps(answer(json.loads(request), data)).encode("ascii")


def answer(request: dict[str, Any], data: bytes) -> dict[str, Any]:
    """Read one file; turn any error into a sentence."""
    path, known = str(request["path"]), request["known"]
    end = time.process_time() + ENOUGH * SECONDS
    name = known.get("address") or path
    try:
        items = load_reader(request["extension"])(data, Path(path), **known)
        items = [check_quotable(items, name)] if isinstance(items, Draft) else items
        return {"found": ITEMS.dump_python([*_check_each(items, name, end)], mode="json")}
    except ReadError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": f"{name} needs too much memory to read; cut it into parts.", "last": True}
    except (Exception, RecursionError):  # noqa: BLE001 - parsers raise anything
        return {"error": f"{name} is damaged and cannot be read; save it again."}


def _check_each(items: Iterable[Item], name: str, end: float) -> Iterator[Item]:
    """Yield the items of a file, with a rejection for each story that cannot be stored.

    Past ``end``, a time of the process's clock, one rejection stands for all stories left.
    """
    for number, each in enumerate(items):
        if number and time.process_time() > end:
            yield Rejected(
                name, f"{name} takes too long; it was read up to story {number}: cut it into parts."
            )
            return
        page = each if isinstance(each, ListedPage) else None
        draft = page.draft if page else each
        if not isinstance(draft, Draft):
            yield each
            continue
        try:
            check_quotable(draft, f"“{draft.title}” of {name}")
            yield each
        except ReadError as error:
            refused = Rejected(name + (draft.origin or ""), str(error))
            yield replace(page, draft=None) if page else refused


def forbid_files() -> None:
    """Forbid this process to write to files."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # Windows has none

        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


if __name__ == "__main__":
    forbid_files()
    serve(work, prepare)
