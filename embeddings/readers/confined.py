"""The process that reads files which may be hostile: a file comes in, a draft or a sentence out.

A job is a line of JSON that says what the file is, and the file's bytes; the result is JSON, since
who reads hostile files is not trusted with more.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.child import serve
from embeddings.errors import ReadError
from embeddings.readers.formats.registry import CONFINED

if TYPE_CHECKING:
    from embeddings.child import Tell
    from embeddings.readers.draft import Draft


def prepare(job: bytes) -> None:
    """Load the libraries that the format of a file needs."""
    CONFINED[_request(job)[0]["extension"]].load()


def work(job: bytes, _: Tell) -> bytes:
    """Read one file; no message comes before the result."""
    request, data = _request(job)
    return json.dumps(answer(request, data)).encode("ascii")


def answer(request: dict[str, Any], data: bytes) -> dict[str, Any]:
    """Read one file; whatever goes wrong is a sentence."""
    name = str(request["path"])
    try:
        draft = CONFINED[request["extension"]].read(data, Path(name), **request["known"])
    except ReadError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": f"{name} needs too much memory to read; cut it into parts.", "last": True}
    except (Exception, RecursionError) as error:  # noqa: BLE001 - parsers raise anything
        kind = type(error).__name__
        return {"error": f"{name} is damaged and cannot be read ({kind}); save it again."}
    return {"draft": _plain(draft)}


def _request(job: bytes) -> tuple[dict[str, Any], bytes]:
    line, _, data = job.partition(b"\n")
    return json.loads(line), data


def _plain(draft: Draft) -> dict[str, Any]:
    fields = asdict(draft)
    fields["date"] = draft.date.isoformat() if draft.date else None
    return fields


def forbid_files() -> None:
    """Let this process write no file."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # Windows has none

        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


if __name__ == "__main__":
    forbid_files()
    serve(work, prepare)
