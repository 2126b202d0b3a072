"""Pages of the web as articles: what is kept of them, and what cannot be one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.groups import FetchSettings
from embeddings.errors import ReadError
from embeddings.readers import Fetcher, Sandbox
from embeddings.readers.draft import Draft
from tests.embeddings.collections import opened
from tests.embeddings.readers.each import each
from tests.embeddings.readers.formats.offices import odt
from tests.embeddings.readers.formats.prints import pdf
from tests.embeddings.readers.pages.written import PAGES, ps
from tests.embeddings.readers.prose import BAKER, BRIDGE
from tests.embeddings.readers.reading import read
from tests.embeddings.readers.sites import Site, running

PRIVATE = FetchSettings(private=True, seconds=5)
PAGE = f"<html lang=fr><body><h1>{BRIDGE.title}</h1>{ps(BRIDGE.paragraphs)}".encode()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as room:
        yield room


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as started:
        yield started


def fetched(url: str, sandbox: Sandbox) -> Draft:
    return read(url, sandbox, Fetcher(PRIVATE))


def test_a_page_becomes_an_article(site: Site, sandbox: Sandbox) -> None:
    page = PAGES[0]
    url = site.page("/pont", page.data)
    draft = fetched(url + "#haut", sandbox)
    assert (draft.title, draft.date) == (page.story.title, page.story.day)
    assert (draft.source, draft.author, draft.origin) == (page.source, page.author, url)


def test_a_page_cannot_pass_itself_off_as_another_site_s(site: Site, sandbox: Sandbox) -> None:
    link = "<link rel=canonical href='https://www.example.org/pont'>"
    url = site.page("/pont", b"<html><head>" + link.encode() + b"</head>" + PAGE)
    assert fetched(url, sandbox).url == url


def test_a_page_may_name_its_own_address_on_its_site(site: Site, sandbox: Sandbox) -> None:
    link = f"<link rel=canonical href='{site.root}/le-pont'>"
    url = site.page("/pont?from=feed", b"<html><head>" + link.encode() + b"</head>" + PAGE)
    draft = fetched(url, sandbox)
    assert (draft.url, draft.origin) == (f"{site.root}/le-pont", url)


def test_where_a_redirect_leads_is_the_address_and_what_was_asked_the_origin(
    site: Site, sandbox: Sandbox
) -> None:
    url = site.moved("/a", "/b")
    site.page("/b", PAGE)
    draft = fetched(url, sandbox)
    assert (draft.url, draft.origin) == (f"{site.root}/b", url)


def test_the_encoding_that_the_server_names_counts(site: Site, sandbox: Sandbox) -> None:
    data = PAGE.decode().replace("\u202f", " ").encode("cp1252")
    url = site.page("/a", data, "text/html; charset=latin1")
    assert fetched(url, sandbox).title == BRIDGE.title


@each("kind", ["text/markdown", "text/plain; charset=utf-8"])
def test_a_text_of_the_web_is_read_as_a_file_is(site: Site, sandbox: Sandbox, kind: str) -> None:
    text = "---\ntitle: Le moulin\n---\n" + "\n\n".join(BAKER.paragraphs)
    draft = fetched(site.page("/2021-11-02-moulin.md", text.encode(), kind), sandbox)
    assert (draft.title, draft.text) == ("Le moulin", "\n\n".join(BAKER.paragraphs))
    assert draft.url == f"{site.root}/2021-11-02-moulin.md"


@each("kind", [None, "application/octet-stream", "text/plain", "image/png", "application/pdf"])
def test_a_page_is_known_by_its_bytes_whatever_its_type(
    site: Site, sandbox: Sandbox, kind: str | None
) -> None:
    assert fetched(site.page("/a", PAGE, kind), sandbox).title == BRIDGE.title


@each(
    ("data", "kind", "words"),
    [
        (b"\x89PNG\r\n\x1a\nabc", "image/png", "is of the type image/png, which cannot be read"),
        (b"\x89PNG\r\n\x1a\n\0\0abc", "text/html", "is a binary file"),
        (b"PK\x03\x04", "text/markdown", "is damaged and cannot be opened"),
        (b"Il pleut.", "application/pdf", "is not a PDF file"),
        (b"%PDF-1.7 abc", "text/html", "is damaged and cannot be read"),
        (b"\x00\x01\x02", None, "is a binary file"),
        (b"", "text/html", "is not an HTML page"),
        (b"", "text/plain", "is empty"),
        (b"{}", "application/json", "is JSON of a kind that is not read"),
        (b"<a/>", "text/xml", "is XML of a kind that is not read"),
        (b"<html><body><p>Accueil</p>", "text/html", "no paragraph to quote"),
    ],
)
def test_what_is_no_article_gets_a_sentence_with_its_address(
    site: Site, sandbox: Sandbox, data: bytes, kind: str | None, words: str
) -> None:
    url = site.page("/a", data, kind)
    with pytest.raises(ReadError, match=words) as caught:
        fetched(url, sandbox)
    assert url in str(caught.value)


@each("kind", ["application/pdf", "application/octet-stream", None])
def test_a_pdf_of_the_web_is_read_as_a_file_is(
    site: Site, sandbox: Sandbox, kind: str | None
) -> None:
    url = site.page("/docs/pont", pdf(BRIDGE.paragraphs, title=BRIDGE.title), kind)
    draft = fetched(url, sandbox)
    assert (draft.title, draft.url, draft.origin) == (BRIDGE.title, url, url)


@each("kind", ["application/vnd.oasis.opendocument.text", None])
def test_a_document_of_the_web_is_read_as_a_file_is(
    site: Site, sandbox: Sandbox, kind: str | None
) -> None:
    data = odt("".join(f"<text:p>{part}</text:p>" for part in BRIDGE.paragraphs))
    draft = fetched(site.page("/docs/2019-03-14-pont.odt", data, kind), sandbox)
    assert draft.text == "\n\n".join(BRIDGE.paragraphs)


async def test_a_page_that_changed_changes_its_article_and_no_other(
    site: Site, tmp_path: Path
) -> None:
    url = site.page("/a", PAGE)
    async with opened(tmp_path, fetch=PRIVATE) as engine:
        await engine.add([url])
        assert not (await engine.add([url])).changed
        site.page("/a", PAGE.replace(b"cinq mois", b"six mois"))
        report = await engine.add([url])
        assert ([a.url for a in report.changed], report.added) == ([url], ())
        assert "six mois" in (await engine.article(report.changed[0].id)).text


async def test_a_collection_keeps_to_the_open_internet_by_default(
    site: Site, tmp_path: Path
) -> None:
    url = site.page("/a", PAGE)
    async with opened(tmp_path) as engine:
        (rejected,) = (await engine.add([url])).rejected
    assert "leads into a private network" in rejected.reason
    assert not site.asked
