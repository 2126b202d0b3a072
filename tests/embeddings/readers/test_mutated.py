"""Damaged files of every format: each is read or gets its sentence, in little time and memory."""

from __future__ import annotations

import random
from html import escape
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import psutil

from embeddings.errors import ReadError
from embeddings.readers.sandbox import MEGABYTES, Sandbox
from tests.embeddings.readers.formats.offices import docx, docx_paragraph, odt, run
from tests.embeddings.readers.prose import BRIDGE
from tests.embeddings.readers.test_exports import EXPORTS, TEXT, mail, post, wxr

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_SECONDS = 5.0
"""The most processor time of one file."""
TIMES = 8
"""How many damaged files there are of each."""
MARKUP = "".join(f"<p>{escape(part)}</p>" for part in BRIDGE.paragraphs)
MADE = Path(__file__).parent / "stories"
WHOLE = {
    "a.html": f"<html><title>{BRIDGE.title}</title><article>{MARKUP}</article>".encode(),
    "a.docx": docx([docx_paragraph(run(part)) for part in BRIDGE.paragraphs]),
    "a.odt": odt("".join(f"<text:p>{escape(part)}</text:p>" for part in BRIDGE.paragraphs)),
    "a.eml": mail(TEXT, f"<html><body>{MARKUP}</body></html>"),
    "wxr.xml": wxr(post(BRIDGE, MARKUP)).encode(),
    "a.txt": TEXT.encode(),
    **{name: text.encode() for name, text in EXPORTS.items()},
    **{path.name: path.read_bytes() for path in sorted(MADE.iterdir()) if path.is_file()},
}


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Flip, cut out, double or repeat some bytes."""
    some = bytearray(data)
    for _ in range(chance.choice((1, 2, 6))):
        start, length = chance.randrange(len(some) or 1), chance.randrange(1, 400)
        part = some[start : start + length]
        change = chance.choice(("flip", "cut", "end", "double", "repeat", "other"))
        if change == "flip":
            for place in range(start, min(len(some), start + 9)):
                some[place] ^= 1 << chance.randrange(8)
        elif change == "other":
            some[start:start] = chance.randbytes(length)
        else:
            times = {"cut": 0, "end": 0, "double": 2, "repeat": 300}[change]
            some[start : len(some) if change == "end" else start + length] = part * times
    return bytes(some)


def each_damaged() -> Iterator[tuple[str, bytes]]:
    chance = random.Random(12)
    for name, data in WHOLE.items():
        yield from ((name, damaged(data, chance)) for _ in range(TIMES))


def spent(sandbox: Sandbox) -> float:
    """Return the processor time of the process that reads, 0 while there is none."""
    if sandbox.child.pid is None:
        return 0.0
    times = psutil.Process(sandbox.child.pid).cpu_times()
    return float(times.user + times.system)


def test_a_damaged_file_is_read_or_gets_its_sentence_in_time() -> None:
    wrong, count = [], 0
    with Sandbox() as sandbox:
        for name, data in each_damaged():
            extension, before = Path(name).suffix, spent(sandbox)
            began = process_time()
            try:
                sandbox.read(extension, data, name)
            except ReadError as error:
                if "more than" in str(error) or "MB of memory" in str(error):
                    wrong.append(str(error))
            took = max(spent(sandbox) - before, process_time() - began)
            wrong += [f"{name}: {took:.1f} s"] * (took > MOST_SECONDS)
            count += 1
        assert sandbox.child.pid is not None
        most = psutil.Process(sandbox.child.pid).memory_info().rss
    assert wrong == []
    assert count >= 100
    assert most < MEGABYTES * 1_000_000
