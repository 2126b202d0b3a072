"""What people and attackers hand in: each gets its sentence, in bounded time and memory."""

from __future__ import annotations

import gzip
import os
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fpdf import FPDF

from config.groups import FetchSettings
from embeddings.readers import Fetcher, Sandbox
from embeddings.readers.many import read_all
from embeddings.types import Article, Rejected
from tests.embeddings.collections import kept, opened, put
from tests.embeddings.readers.each import each
from tests.embeddings.readers.formats import prints
from tests.embeddings.readers.formats.offices import docx, docx_paragraph, odt, packed, run
from tests.embeddings.readers.prose import BRIDGE
from tests.embeddings.readers.sites import Site, running

MOST_SECONDS = 5.0
START_SECONDS = 2.0
MOST_MEGABYTES = 500
STORY = "\n\n".join(BRIDGE.paragraphs)
WORD = [docx_paragraph(run(part)) for part in BRIDGE.paragraphs]
ODT = "".join(f"<text:p>{part}</text:p>" for part in BRIDGE.paragraphs)
LEVELS = [f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};&a{n - 1};">' for n in range(1, 9)]
LAUGHS = f'<!DOCTYPE a [<!ENTITY a0 "aaaaaaaaaa">{"".join(LEVELS)}]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@dataclass(frozen=True)
class Bad:
    """An input: the name of its file, what makes its bytes, and words of its sentence."""

    name: str
    data: bytes | Callable[[], bytes]
    words: str

    def __str__(self) -> str:
        return f"{self.name}: {self.words}"


def noise(size: int) -> bytes:
    return random.Random(7).randbytes(size)


def pages(count: int) -> bytes:
    paper = FPDF()
    for _ in range(count):
        paper.add_page()
    return bytes(paper.output())


def endless_pdf() -> bytes:
    """Return a PDF whose list of pages leads back to itself."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF"
    )


def html(body: str) -> bytes:
    return f"<!DOCTYPE html><html><body>{body}".encode()


FILES = (
    Bad("a.txt", b"", "is empty"),
    Bad("a.txt", b" \n\t\n", "is empty"),
    Bad("a.txt", b"\xef\xbb\xbf", "is empty"),
    Bad("a.txt", b"\0\1\2\3", "binary"),
    Bad("a.txt", noise(100_000), "binary|encoding"),
    Bad("a.txt", b"%PDF-1.7", "is damaged"),
    Bad("a.srt", b"Il part.", "has no subtitles"),
    Bad("a.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n[Musique]\n", "has no subtitles"),
    Bad("a.txt", b"\x7fELF\2\1\1\0\0\0", "binary"),
    Bad("a.txt", b"{\\rtf1 a}", "no paragraph to quote"),
    Bad("a.txt", b"a" * 20_000_001, "larger than 20 MB"),
    Bad("a.txt", b"Il part.\n" * 250_000, "more than 2,000,000 characters"),
    Bad("a.txt", b"Un titre seul", "no paragraph to quote"),
    Bad("a.md", b"---\ntitle: A\n\nUn texte.", "never closes it"),
    Bad("a.md", b"---\ntitle: [a\n---\nUn texte.", "broken YAML"),
    Bad("a.md", b"---\na: &a [*a]\ntitle: *a\n---\nUn texte.", "broken YAML|must be a text"),
    Bad("a.md", b"---\ntitle: !!python/object:os.system x\n---\nUn texte.", "broken YAML"),
    Bad("a.md", b"---\ntitle: " + b"[" * 9000 + b"\n---\nUn texte.", "broken YAML"),
    Bad("a.md", b"---\ndate: 2018-02-30\n---\nUn texte.", "no day"),
    Bad("a.md", b"---\nurl: javascript:alert(1)\n---\nUn texte.", "an address that starts with"),
    Bad("a.md", b"---\nid: ../../etc\n---\nUn texte.", "a-z, 0-9"),
    Bad("a.xls", b"abc", "are not supported"),
    Bad("a", b"abc", "without an extension"),
    Bad("a.exe", b"MZ", "are not supported"),
    Bad("a.html", b"", "is empty"),
    Bad("a.html", b"Il pleut.", "is not an HTML page"),
    Bad("a.html", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
    Bad("a.html", noise(100_000), "binary|encoding|not an HTML"),
    Bad("a.html", b"<html><body><p>\0\0\0</p>", "binary|shows no text|not an HTML"),
    Bad("a.html", html(""), "shows no text"),
    Bad("a.html", html("<nav><a href=/>Accueil</a></nav>"), "shows no text"),
    Bad("a.html", html("<script>document.write('Il pleut.')</script>"), "shows no text"),
    Bad("a.html", lambda: html("<p>Il pleut.</p>" * 1_300_000), "larger than 20 MB"),
    Bad("a.html", lambda: html("<p>Il pleut.</p>" * 500_000), "larger than 5 MB"),
    Bad("a.html", lambda: html("<div>" * 100_000), "shows no text|seconds"),
    Bad("a.html", lambda: html("<div><p>" * 300_000 + STORY), "shows no text|seconds|damaged"),
    Bad("a.html", lambda: html(f"<p {' '.join(f'a{n}=1' for n in range(300_000))}>a"), "seconds"),
    Bad("a.html", lambda: html("<a href=x>lien ici</a> " * 2_000), "shows no text"),
    Bad("a.html", lambda: html("<tr><td>a b" * 200_000), "seconds|paragraph|no text|memory"),
    Bad("a.html", lambda: b"<" * 4_900_000, "not an HTML page"),
    Bad("a.html", lambda: b"<p " * 1_500_000, "seconds|shows no text|memory"),
    Bad("a.xhtml", f"{LAUGHS}<html><body><p>&a8;</p></body></html>".encode(), "paragraph|no text"),
    Bad("a.pdf", b"", "is empty"),
    Bad("a.pdf", b"abc", "is not a PDF file"),
    Bad("a.pdf", b"%PDF-1.7\n%%EOF", "is damaged"),
    Bad("a.pdf", b"%PDF-1.7\n" + noise(50_000), "is damaged"),
    Bad("a.pdf", endless_pdf(), "is damaged|no text|seconds"),
    Bad("a.pdf", lambda: prints.pdf(BRIDGE.paragraphs)[:4000], "is damaged|no text"),
    Bad("a.pdf", lambda: prints.scanned(3), "has no text, only pictures"),
    Bad("a.pdf", lambda: prints.pdf(BRIDGE.paragraphs, lock="x"), "with a password"),
    Bad("a.pdf", lambda: pages(600), "more than 500 pages"),
    Bad("a.docx", b"", "is empty"),
    Bad("a.docx", b"abc", "is damaged"),
    Bad("a.docx", b"\xd0\xcf\x11\xe0abc", "an old office document, or is locked"),
    Bad("a.docx", docx([]), "has no text"),
    Bad("a.docx", docx(WORD)[:-100], "is damaged"),
    Bad("a.docx", packed({"word/document.xml": "<w:p/>"}), "is damaged"),
    Bad("a.docx", packed({"a": "b"}), "no document of a word processor"),
    Bad("a.docx", docx(WORD, before=LAUGHS), "declares entities"),
    Bad("a.docx", docx(WORD, before=OUTSIDE), "declares entities"),
    Bad("a.docx", lambda: packed({"word/document.xml": b" " * 80_000_000}), "far more than it"),
    Bad("a.odt", odt(ODT, before=LAUGHS), "declares entities"),
    Bad("a.odt", odt(ODT, before=OUTSIDE), "declares entities"),
    Bad("a.odt", odt(""), "has no text"),
    Bad("a.odt", noise(50_000), "is damaged"),
    Bad("a.zip", b"", "is empty"),
    Bad("a.zip", b"abc", "is damaged"),
    Bad("a.zip", packed({}), "no article in it"),
    Bad("a.zip", packed({"../../a.txt": STORY}), "leads out of its archive"),
    Bad("a.zip", packed({"/etc/a.txt": STORY}), "leads out of its archive"),
    Bad("a.zip", packed({"b.zip": packed({"a.txt": STORY})}), "an archive in an archive"),
    Bad("a.zip", lambda: packed({"a.txt": b"\0" * 99_000_000}), "far more than it holds"),
    Bad("a.zip", lambda: packed({f"{n}.txt": b"a" for n in range(6000)}), "more than 5000 files"),
)  # fmt: skip


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as room:
        yield room


def peak(sandbox: Sandbox) -> int:
    """Return the most memory that the sandbox's process has had, in megabytes, where known."""
    status = Path(f"/proc/{sandbox.child.pid}/status") if sandbox.child.pid else Path("/none")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) // 1000 if found else 0


def used(sandbox: Sandbox) -> float:
    """Return the processor time of this process and of its children so far, in seconds."""
    times = os.times()
    ended = times.user + times.system + times.children_user + times.children_system
    stat = Path(f"/proc/{sandbox.child.pid}/stat") if sandbox.child.pid else Path("/none")
    ticks = map(int, stat.read_text().rpartition(")")[2].split()[11:13]) if stat.exists() else ()
    return ended + sum(ticks) / os.sysconf("SC_CLK_TCK")


def judged(given: str, sandbox: Sandbox, fetcher: Fetcher) -> str:
    """Return the one sentence that an input gets, once it came in time and in memory."""
    began = used(sandbox)
    (outcome,) = read_all([given], sandbox, fetcher)
    assert used(sandbox) - began < MOST_SECONDS + START_SECONDS
    assert peak(sandbox) < MOST_MEGABYTES
    assert isinstance(outcome, Rejected)
    assert given in outcome.reason
    assert outcome.reason.endswith(".")
    assert "Traceback" not in outcome.reason
    return outcome.reason


@each("bad", FILES, ids=str)
def test_each_bad_file_gets_its_sentence_in_time(
    bad: Bad, tmp_path: Path, sandbox: Sandbox
) -> None:
    path = tmp_path / bad.name
    path.write_bytes(bad.data if isinstance(bad.data, bytes) else bad.data())
    sentence = judged(str(path), sandbox, Fetcher(FetchSettings()))
    assert re.search(bad.words, sentence), sentence


ADDRESSES = (
    ("ftp://example.org/a", "only http:// and https://"),
    ("file:///etc/passwd", "only http:// and https://"),
    ("http://localhost:8000/", "private network|no host"),
    ("http://127.0.0.1:8000/", "private network"),
    ("http://[::1]:8000/", "private network|no host"),
    ("http://[::ffff:10.0.0.1]/", "private network|no host"),
    ("http://169.254.169.254/latest/meta-data/", "private network"),
    ("http://100.64.0.1/", "private network"),
    ("http://0x7f000001:8000/", "private network|no host"),
    ("http://example.org:25/", "port 25"),
    ("http://.invalid/", "not a web address"),
    ("https://", "not a web address"),
)


@each(("given", "words"), ADDRESSES)
def test_each_bad_address_gets_its_sentence_in_time(
    given: str, words: str, sandbox: Sandbox
) -> None:
    assert re.search(words, judged(given, sandbox, Fetcher(FetchSettings(seconds=2))))


def test_a_person_s_password_in_an_address_is_told_and_not_repeated(sandbox: Sandbox) -> None:
    (found,) = read_all(["http://u:secret@a.b/"], sandbox, Fetcher(FetchSettings()))
    assert isinstance(found, Rejected)
    assert "leave it out" in found.reason
    assert "secret" not in found.reason


ANSWERS: dict[str, tuple[Callable[[Site], str], str]] = {
    "not found": (lambda site: f"{site.root}/no", "does not exist"),
    "an error": (lambda site: site.page("/", b"", status=500), "the error 500"),
    "a circle": (lambda site: site.moved("/", "/"), "more than 5 times"),
    "too large": (lambda site: site.endless("/", b"a" * 65_536), "more than 10 MB"),
    "a drip": (lambda site: site.endless("/", b"a", 0.1), "takes longer than 2 seconds"),
    "a bomb": (
        lambda site: site.page("/", gzip.compress(b"\0" * 99_000_000), Content_Encoding="gzip"),
        "more than 10 MB",
    ),
    "no page": (lambda site: site.page("/", b"GIF89a", "image/gif"), "of the type image/gif"),
    "a lie": (lambda site: site.page("/", b"%PDF-1.7", "text/html"), "is damaged"),
    "empty": (lambda site: site.page("/", b""), "not an HTML page"),
    "a broken feed": (lambda site: site.page("/", b"<rss><item>"), "names none"),
    "laughs": (
        lambda site: site.page("/", f"<?xml version='1.0'?>{LAUGHS}<rss>&a8;</rss>".encode()),
        "declares entities",
    ),
    "a short page": (lambda site: site.page("/", html("<p>Accueil"), Content_Length="900"), "end"),
}


@each("case", ANSWERS)
def test_each_bad_answer_gets_its_sentence_in_time(case: str, sandbox: Sandbox) -> None:
    make, words = ANSWERS[case]
    with running() as site:
        sentence = judged(make(site), sandbox, Fetcher(FetchSettings(private=True, seconds=2)))
    assert re.search(words, sentence), sentence


def test_there_are_enough_of_them() -> None:
    assert len(FILES) + len(ADDRESSES) + len(ANSWERS) >= 60


async def test_bad_inputs_leave_the_collection_as_it_was(tmp_path: Path) -> None:
    inputs = []
    for number, bad in enumerate(b for b in FILES if isinstance(b.data, bytes)):
        folder = tmp_path / "in" / str(number)
        folder.mkdir(parents=True)
        (folder / bad.name).write_bytes(bad.data)
        inputs.append(str(folder / bad.name))
    async with opened(tmp_path) as engine:
        await put(engine, Article(id="pont", title=BRIDGE.title, text=STORY))
        before = (kept(engine), engine.status().snapshot)
        report = await engine.add(inputs)
        assert (report.added, report.changed, len(report.rejected)) == ((), (), len(inputs))
        assert (kept(engine), engine.status().snapshot) == before
