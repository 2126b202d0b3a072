"""Reading files: what is understood, and the sentence for each file that cannot be read."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from embeddings.errors import ReadError
from embeddings.readers.draft import Draft
from tests.embeddings.readers.each import each
from tests.embeddings.readers.formats.offices import docx, docx_paragraph, run
from tests.embeddings.readers.formats.prints import pdf
from tests.embeddings.readers.prose import BRIDGE
from tests.embeddings.readers.reading import read

SEED = Path(__file__).resolve().parents[3] / "../shared/seed/article.txt"
STORY = (
    "Les employés d’Amazon ont écrit à leur direction pour dire leur inquiétude.\r\n"
    "\r\n\u00a0\r\n"
    "La direction n’a pas répondu à la lettre des employés d’Amazon."
)


def saved(folder: Path, data: str | bytes, name: str = "notes.txt") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.skipif(not SEED.exists(), reason="the seed story lies beside the project")
def test_the_seed_story_is_understood_and_stored_as_it_is() -> None:
    draft = read(SEED)
    assert draft.text == SEED.read_text(encoding="utf-8")
    assert draft.title == "Amazon lui aussi fait face à la grogne de ses employés pour Rekognition"
    assert (draft.language, draft.inferred) == ("fr", ("title", "language"))
    assert (draft.date, draft.author, draft.source, draft.url, draft.id) == (None,) * 5


def test_without_front_matter_the_text_is_the_file_s_own(tmp_path: Path) -> None:
    draft = read(saved(tmp_path, f"\r\n Titre du jour\r\n\r\n{STORY}\r\n\r\n"))
    assert draft.text == f"\n Titre du jour\n\n{STORY}\n\n".replace("\r\n", "\n")


def test_a_day_that_front_matter_leaves_open_is_marked_as_guessed(tmp_path: Path) -> None:
    for written, is_guessed in [("juin 2018", True), ("2018", True), ("22 juin 2018", False)]:
        draft = read(saved(tmp_path, f"---\ntitle: A\ndate: {written}\n---\n{STORY}"))
        assert ("date" in draft.inferred) == is_guessed, written


def test_with_front_matter_the_text_begins_after_it(tmp_path: Path) -> None:
    text = f"---\r\ntitle: A\r\nid: a-b\r\ndate: 2018-06-22\r\n---\r\n \r\n\r\n  {STORY}"
    draft = read(saved(tmp_path, text, "a.MD"))
    assert draft.text == "  " + STORY.replace("\r\n", "\n")
    assert (draft.title, draft.id, draft.date) == ("A", "a-b", date(2018, 6, 22))
    assert draft.inferred == ("language",)


def test_a_field_that_is_stated_as_empty_is_not_guessed(tmp_path: Path) -> None:
    draft = read(saved(tmp_path, f"---\ntitle: A\ndate:\n---\n{STORY}", "2018-06-22.md"))
    assert draft.date is None


def test_what_is_guessed_is_told(tmp_path: Path) -> None:
    text = f"Titre du jour\n\nPar Jean Dupont\n\n{STORY}\n\nSource : Le Journal"
    draft = read(saved(tmp_path, text, "2018-06-22-x.txt"))
    assert (draft.author, draft.source) == ("Jean Dupont", "Le Journal")
    assert set(draft.inferred) == {"title", "author", "date", "source", "language"}


@each("name", ("a.txt", "a.md", "a.html", "a.xml", "a.rtf", "a.odt", "a.pdf"))
def test_a_file_is_read_by_its_bytes_whatever_its_name_ends_with(tmp_path: Path, name: str) -> None:
    told = BRIDGE.paragraphs[0]
    files = (
        f"<!doctype html><meta charset=utf-8><p>{told}".encode(),
        pdf(BRIDGE.paragraphs),
        docx([docx_paragraph(run(told))]),
    )
    for data in files:
        assert told in read(saved(tmp_path, data, name)).text


def test_the_origin_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, STORY)
    monkeypatch.chdir(tmp_path)
    assert read("notes.txt").origin == str(path.resolve())


def test_a_draft_becomes_an_article_of_a_collection() -> None:
    article = Draft(text="a", title="b", author="c", date=date(2018, 6, 22)).article("x", "y")
    assert (article.id, article.collection, article.text, article.title) == ("x", "y", "a", "b")
    assert (article.author, article.date) == ("c", date(2018, 6, 22))


@each(
    ("data", "name", "words"),
    [
        ("\u00a0\n\u202f", "a.txt", "is empty"),
        (b"\xff\xfe", "a.txt", "is empty"),
        ("---\ntitle: A\n---\n\n", "a.md", "is empty but for"),
        ("61 rue Henri Barbusse\n\ninfo@issmi.fr\n", "a.txt", "no paragraph to quote"),
        (
            STORY,
            "a.xls",
            r"ending in .xls are not supported, only .atom, .docm, .docx, .*, .xml, .zip",
        ),
        (("é" * 9 + STORY).encode() + b"\xff", "a.txt", "does not fit"),
    ],
)
def test_each_bad_file_gets_a_sentence(
    tmp_path: Path, data: str | bytes, name: str, words: str
) -> None:
    path = saved(tmp_path, data, name)
    with pytest.raises(ReadError, match=words) as caught:
        read(path)
    assert str(path) in str(caught.value)


@each(
    ("source", "words"),
    [
        ("http://127.0.0.1:8000/a", "leads into a private network"),
        ("FTP://example.org/a", "only http:// and https://"),
        ("", "has no name"),
        ("/does/not/exist.txt", "does not exist"),
        ("a\0b.txt", "does not exist"),
        ("a" * 5000 + ".txt", "cannot be read: File name too long; check its name and its"),
    ],
)
def test_each_bad_name_gets_a_sentence(source: str, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        read(source)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(ReadError, match="not a regular file"):
        read(tmp_path / "pipe.txt")


def test_a_link_to_nowhere_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "b.txt")
    with pytest.raises(ReadError, match=r"a\.txt is a link to .*b\.txt, which is not there"):
        read(tmp_path / "a.txt")


def test_a_file_that_may_not_be_read_gets_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, STORY)

    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ReadError, match="Permission denied; check its permissions"):
        read(path)


def test_the_largest_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(ReadError, match="larger than 20 MB"):
        read(path)


def test_the_longest_text_is_told(tmp_path: Path) -> None:
    path = saved(tmp_path, "Il part.\n" * 250_000)
    with pytest.raises(ReadError, match="more than 2,000,000 characters"):
        read(path)
