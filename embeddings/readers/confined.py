"""The process that reads files which may be hostile: requests in, drafts or sentences out.

A request is a line of JSON and the file's bytes; the answer is the line ``ready``, once the
libraries are loaded, and a line of JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from embeddings.errors import ReadError
from embeddings.readers.formats.registry import CONFINED

if TYPE_CHECKING:
    from embeddings.readers.draft import Draft


ALONE_SECONDS = 120
"""How long one file may take when nobody is left to end this process."""


def limit(megabytes: int) -> None:
    """Bound the memory that this process may ask for, and let it write no file."""
    try:
        import resource  # Windows has none: time alone is bounded there
    except ImportError:
        return
    most = megabytes * 1_000_000
    for kind, value in ((resource.RLIMIT_AS, most), (resource.RLIMIT_FSIZE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))


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


def _plain(draft: Draft) -> dict[str, Any]:
    fields = asdict(draft)
    fields["date"] = draft.date.isoformat() if draft.date else None
    return fields


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests until there are no more."""
    for line in iter(requests.readline, b""):
        request = json.loads(line)
        data = requests.read(request["size"])
        CONFINED[request["extension"]].load()
        answers.write(b"ready\n")
        answers.flush()
        signal.alarm(ALONE_SECONDS)
        answers.write(json.dumps(answer(request, data)).encode("ascii") + b"\n")
        signal.alarm(0)
        answers.flush()


def main() -> None:
    """Serve standard input; what libraries print goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limit(int(sys.argv[1]))
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
