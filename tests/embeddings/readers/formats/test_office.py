"""Word processors' documents: what is shown on paper is what is stored."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from embeddings.errors import ReadError
from embeddings.readers import Draft, Sandbox, read
from embeddings.readers.formats import office
from tests.embeddings.readers.formats.offices import docx, docx_paragraph, odt, packed, run
from tests.embeddings.readers.prose import BAKER, BRIDGE, FERRY

STORY = "\n\n".join(BRIDGE.paragraphs)
DOCX = [docx_paragraph(run(part)) for part in BRIDGE.paragraphs]
ODT = "".join(f"<text:p>{part}</text:p>" for part in BRIDGE.paragraphs)
BOMB = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'


def word(*inside: str, **known: str) -> Draft:
    return office.read(docx(inside, **known), Path("a.docx"))


def open_document(inside: str, **known: str) -> Draft:
    return office.read(odt(inside, **known), Path("a.odt"))


def test_the_paragraphs_of_a_docx_come_out_to_the_letter() -> None:
    assert word(*DOCX).text == STORY


def test_the_paragraphs_of_an_odt_come_out_to_the_letter() -> None:
    assert open_document(ODT).text == STORY


def test_the_title_of_a_docx_is_what_is_set_as_one() -> None:
    draft = word(docx_paragraph(run(BRIDGE.title), "Titre"), *DOCX, title="Document1")
    assert (draft.title, draft.text) == (BRIDGE.title, STORY)
    assert "title" not in draft.inferred


def test_the_title_of_an_odt_is_what_is_set_as_one() -> None:
    draft = open_document(f'<text:p text:style-name="P1">{BRIDGE.title}</text:p>{ODT}')
    assert (draft.title, draft.text) == (BRIDGE.title, STORY)


@pytest.mark.parametrize(("stated", "title"), [(BAKER.title, BAKER.title), ("Modèle 3", None)])
def test_the_properties_title_counts_when_the_text_has_it_too(
    stated: str, title: str | None
) -> None:
    draft = word(docx_paragraph(run(BAKER.title)), *DOCX, title=stated)
    assert (draft.title == BAKER.title, "title" in draft.inferred) == (True, title is None)


def test_headings_and_items_are_marked() -> None:
    item = docx_paragraph(run("Un quai."), item=True)
    draft = word(DOCX[0], docx_paragraph(run("Puis"), "Titre1"), item, item, DOCX[1])
    one, two = BRIDGE.paragraphs[:2]
    assert draft.text == f"{one}\n\n## Puis\n\n- Un quai.\n- Un quai.\n\n{two}"


def test_headings_and_items_of_an_odt_are_marked() -> None:
    items = "<text:list><text:list-item><text:p>Un quai.</text:p></text:list-item></text:list>"
    draft = open_document(f'<text:h text:outline-level="1">Puis</text:h>{items}{ODT}')
    assert draft.text == f"## Puis\n\n- Un quai.\n\n{STORY}"


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        (run("Un ") + run("mot."), "Un mot."),
        (f"<w:ins>{run('Un mot.')}</w:ins><w:del>{run('Rien.')}</w:del>", "Un mot."),
        (f"<w:hyperlink>{run('Un mot')}</w:hyperlink>{run(' de plus.')}", "Un mot de plus."),
        (f"{run('Un')}<w:tab/>{run('mot.')}<w:br/>{run('Puis.')}", "Un mot.\nPuis."),
        (run("Un mot.") + "<w:r><w:rPr><w:vanish/></w:rPr><w:t>caché</w:t></w:r>", "Un mot."),
        (run("Un mot.") + "<w:r><w:instrText> PAGE </w:instrText></w:r>", "Un mot."),
        (f"<w:sdt><w:sdtContent>{run('Un mot.')}</w:sdtContent></w:sdt>", "Un mot."),
        (f"{run('Un mot.')}<mc:Fallback>{run('Un mot.')}</mc:Fallback>", "Un mot."),
        (run("peut") + "<w:r><w:noBreakHyphen/></w:r>" + run("être."), "peut\u2011être."),
    ],
)
def test_what_a_docx_shows_is_what_is_read(inside: str, text: str) -> None:
    assert word(docx_paragraph(inside), *DOCX).text == f"{text}\n\n{STORY}"


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("Un<text:s/><text:span>mot</text:span>.", "Un mot."),
        ("Un<text:tab/>mot.<text:line-break/>Puis.", "Un mot.\nPuis."),
        ("Un\n   mot<text:note><text:p>1. Une note.</text:p></text:note>.", "Un mot."),
        ("Un mot<office:annotation><text:p>Vrai ?</text:p></office:annotation>.", "Un mot."),
        ("Un <text:a>mot</text:a> de plus.", "Un mot de plus."),
    ],
)
def test_what_an_odt_shows_is_what_is_read(inside: str, text: str) -> None:
    assert open_document(f"<text:p>{inside}</text:p>{ODT}").text == f"{text}\n\n{STORY}"


def test_text_in_a_box_is_a_paragraph_of_its_own() -> None:
    box = f"<w:r><w:pict>{docx_paragraph(run(FERRY.paragraphs[0]))}</w:pict></w:r>"
    text = word(docx_paragraph(run("Un mot.") + box), *DOCX).text
    assert text == f"Un mot.\n\n{FERRY.paragraphs[0]}\n\n{STORY}"


def test_the_words_of_tables_are_kept() -> None:
    table = f"<w:tbl><w:tr><w:tc>{DOCX[0]}</w:tc><w:tc>{DOCX[1]}</w:tc></w:tr></w:tbl>"
    assert word(table).text == "\n\n".join(BRIDGE.paragraphs[:2])


def test_files_are_read_by_their_extension(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        for name, data in (("a.docx", docx(DOCX)), ("a.odt", odt(ODT))):
            (tmp_path / name).write_bytes(data)
            draft = read(tmp_path / name, sandbox)
            assert (draft.text, draft.origin) == (STORY, str(tmp_path / name))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"abc", "is damaged and cannot be opened"),
        (b"PK\x03\x04abc", "is damaged and cannot be opened"),
        (docx(DOCX)[:-200], "is damaged and cannot be opened"),
        (b"\xd0\xcf\x11\xe0abc", "is an old office document, or is locked with a password"),
        (packed({"a.txt": "abc"}), "is no document of a word processor"),
        (packed({"word/document.xml": "<w"}), "is damaged and cannot be read"),
        (packed({"word/document.xml": b"\xff\xfe\0"}), "is damaged and cannot be read"),
        (docx([]), "has no text"),
        (docx([docx_paragraph(run(" "))]), "has no text"),
        (docx(DOCX, before=BOMB), "declares entities"),
        (odt(ODT, before=BOMB), "declares entities"),
        (docx(DOCX, before='<!DOCTYPE a SYSTEM "file:///etc/passwd">'), "declares entities"),
        (packed({"word/document.xml": b" " * 90_000_000}), "unpacks to far more than it holds"),
        (packed({f"{n}": b"" for n in range(5001)}), "holds more than 5000 files"),
    ],
)
def test_what_is_no_document_gets_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(ReadError, match=words) as caught:
        office.read(data, Path("a.docx"))
    assert "a.docx" in str(caught.value)


def test_a_part_that_is_larger_than_it_says_is_refused() -> None:
    data = bytearray(packed({"word/document.xml": b"<a>" + b"bc" * 5000}))
    place = data.rindex((10_003).to_bytes(4, "little"))
    data[place : place + 4] = (100).to_bytes(4, "little")
    with pytest.raises(ReadError, match="is damaged"):
        office.read(bytes(data), Path("a.docx"))


def test_a_locked_archive_gets_a_sentence() -> None:
    data = bytearray(docx(DOCX))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        place = data.rindex(b"PK\x01\x02", 0, archive.start_dir + 4)
    data[place + 8] |= 1
    with pytest.raises(ReadError, match="locked with a password"):
        office.read(bytes(data), Path("a.docx"))


def test_depth_costs_nothing() -> None:
    deep = "<w:sdt>" * 20_000 + DOCX[0] + "</w:sdt>" * 20_000
    with Sandbox() as sandbox:
        (draft,) = sandbox.read(".docx", docx([deep]), "a.docx")
    assert isinstance(draft, Draft)
    assert draft.text == BRIDGE.paragraphs[0]
