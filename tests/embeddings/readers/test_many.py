"""Archives, feeds and sitemaps: each story in them, and a sentence for each thing that is none."""

from __future__ import annotations

import gzip
import io
import json
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.groups import FetchSettings
from embeddings.readers import Fetcher, Sandbox, many
from embeddings.readers.many import MAX_ENTRIES, read_all
from embeddings.readers.registry import detect
from embeddings.types import Rejected
from tests.embeddings.readers.each import each
from tests.embeddings.readers.formats.offices import docx, docx_paragraph, packed, run
from tests.embeddings.readers.formats.prints import pdf
from tests.embeddings.readers.pages.written import ps
from tests.embeddings.readers.prose import BAKER, BRIDGE, FERRY, LIBRARY, Story
from tests.embeddings.readers.sites import Site, running

SETTINGS = FetchSettings(private=True, seconds=5)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as room:
        yield room


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as started:
        yield started


def outcomes(given: str, sandbox: Sandbox) -> dict[str, str]:
    """Return the title of each article, or the sentence for what is none, by its name."""
    found = read_all([given], sandbox, Fetcher(SETTINGS))
    return dict(
        (o.input, o.reason) if isinstance(o, Rejected) else (o[0], o[1].title) for o in found
    )


def text(story: Story) -> str:
    return f"# {story.title}\n\n" + "\n\n".join(story.paragraphs)


def page(story: Story) -> bytes:
    return f"<html><body><h1>{story.title}</h1>{ps(story.paragraphs)}".encode()


def saved(folder: Path, data: bytes, name: str = "a.zip") -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


def test_an_archive_is_read_file_by_file(tmp_path: Path, sandbox: Sandbox) -> None:
    word = docx([docx_paragraph(run(p)) for p in (LIBRARY.title, *LIBRARY.paragraphs)])
    parts = {
        "b/pont.md": text(BRIDGE),
        "a.html": page(BAKER),
        "c.pdf": pdf(FERRY.paragraphs, title=FERRY.title),
        "d.docx": word,
        "README.md": "Une phrase entière.",
        ".hidden.txt": "Une phrase entière.",
        "__MACOSX/a.txt": "Une phrase entière.",
        "photo.jpg": b"\xff\xd8\xff",
    }
    path = saved(tmp_path, packed(parts))
    assert outcomes(path, sandbox) == {
        f"{path}/a.html": BAKER.title,
        f"{path}/b/pont.md": BRIDGE.title,
        f"{path}/c.pdf": FERRY.title,
        f"{path}/d.docx": LIBRARY.title,
    }


def test_archives_and_compressed_files_within_a_folder_are_read(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    path = saved(tmp_path, packed({"pont.md": text(BRIDGE), "in.zip": packed({})}), "B.ZIP")
    saved(tmp_path, gzip.compress(page(BAKER)), "c.html.gz")
    saved(tmp_path, b"\xff\xd8\xff", "photo.jpg")
    read = outcomes(str(tmp_path), sandbox)
    assert "an archive in an archive" in read.pop(f"{path}/in.zip")
    assert read == {f"{path}/pont.md": BRIDGE.title, f"{tmp_path}/c.html.gz": BAKER.title}


@each("is_packed", [True, False])
def test_files_of_a_folder_or_an_archive_that_are_not_read_are_told_with_the_first_story(
    tmp_path: Path, sandbox: Sandbox, *, is_packed: bool
) -> None:
    files = {
        **{
            f"b/{name}": b"\xff\xd8\xff" for name in ("halle.jpg", "plan.png", "notes.doc", "x.doc")
        },
        "b/pont.md": text(BRIDGE),
        "c.md": text(BAKER),
        ".DS_Store": b"x",
    }
    if is_packed:
        given = saved(tmp_path, packed(files))
    else:
        (tmp_path / "f" / "b").mkdir(parents=True)
        for name, data in files.items():
            (tmp_path / "f" / name).write_bytes(data.encode() if isinstance(data, str) else data)
        given = str(tmp_path / "f")
    read = [o for o in read_all([given], sandbox, Fetcher(SETTINGS)) if isinstance(o, tuple)]
    why = "no story is read from such files"
    assert [[each.why for each in draft.left_out] for _, draft in read] == [[why], []]
    told = read[0][1].left_out[0].what
    assert told == "halle.jpg, notes.doc, plan.png, … (4)"


def test_what_a_browser_saves_beside_a_page_is_no_story(tmp_path: Path, sandbox: Sandbox) -> None:
    files = {
        "Le pont.html": page(BRIDGE),
        "Le pont_files/ad.html": page(BAKER),
        "Le pont_files/sub/a.js": b"x",
        "mes-fichiers/c.md": text(FERRY).encode(),
    }
    zipped = saved(tmp_path, packed(files))
    folder = tmp_path / "f"
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    for given in (zipped, str(folder)):
        read = [o for o in read_all([given], sandbox, Fetcher(SETTINGS)) if isinstance(o, tuple)]
        assert [draft.title for _, draft in read] == [BRIDGE.title, FERRY.title]
        assert not [draft.left_out for _, draft in read if draft.left_out]


def test_a_folder_without_articles_hears_of_archives_too(tmp_path: Path, sandbox: Sandbox) -> None:
    said = outcomes(str(tmp_path), sandbox)[str(tmp_path)]
    assert "has no article" in said
    assert ", .xml, .zip in it" in said


def test_a_file_of_an_archive_is_known_again_by_its_place(tmp_path: Path, sandbox: Sandbox) -> None:
    path = saved(tmp_path, packed({"b/pont.md": text(BRIDGE)}))
    ((_, draft),) = [
        o for o in read_all([path], sandbox, Fetcher(SETTINGS)) if isinstance(o, tuple)
    ]
    assert draft.origin == f"{path}/b/pont.md"


@each(
    ("name", "words"),
    [
        ("../../etc/evil.txt", "leads out of its archive"),
        ("a/../../evil.txt", "leads out of its archive"),
        ("/etc/evil.txt", "leads out of its archive"),
        ("C:\\evil.txt", "leads out of its archive"),
        ("..\\evil.txt", "leads out of its archive"),
        ("inner.zip", "an archive in an archive"),
        ("inner.tar.gz", "an archive in an archive"),
        ("empty.txt", "is empty"),
        ("broken.docx", "is damaged"),
        ("wrong.pdf", "is not a PDF file"),
    ],
)
def test_what_is_wrong_in_an_archive_is_told_and_the_rest_is_read(
    tmp_path: Path, sandbox: Sandbox, name: str, words: str
) -> None:
    inside = b"" if name == "empty.txt" else b"Une phrase."
    path = saved(tmp_path, packed({name: inside, "z.md": text(BRIDGE)}))
    wrong, right = sorted(outcomes(path, sandbox).items(), key=lambda pair: pair[1] == BRIDGE.title)
    assert words in wrong[1]
    assert right == (f"{path}/z.md", BRIDGE.title)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip"]


def test_two_files_of_one_name_in_an_archive_are_both_read(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("a.txt", "Un premier texte.")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.txt", "Un second texte.")
    given = saved(tmp_path, whole.getvalue())
    found = read_all([given], sandbox, Fetcher(SETTINGS))
    assert [o[1].text for o in found if not isinstance(o, Rejected)] == [
        "Un premier texte.",
        "Un second texte.",
    ]


def test_a_link_in_an_archive_is_not_followed(tmp_path: Path, sandbox: Sandbox) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        link = zipfile.ZipInfo("passwd.txt")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    (reason,) = outcomes(saved(tmp_path, whole.getvalue()), sandbox).values()
    assert "is a link, not a file" in reason


@each(
    ("data", "words"),
    [
        (b"abc", "is damaged and cannot be opened"),
        (packed({"a.txt": b"\0" * 50_000_000}), "unpacks to far more than it holds"),
        (packed({f"{n}.txt": b"a" for n in range(5001)}), "holds more than 5000 files"),
        (packed({"photo.jpg": b"abc"}), "has no article in it"),
        (packed({}), "has no article in it"),
    ],
)
def test_an_archive_that_is_not_read_gets_a_sentence(
    tmp_path: Path, sandbox: Sandbox, data: bytes, words: str
) -> None:
    path = saved(tmp_path, data)
    ((name, reason),) = outcomes(path, sandbox).items()
    assert name == path
    assert words in reason


def rss(*links: str) -> bytes:
    items = "".join(f"<item><title>t</title><link>{link}</link></item>" for link in links)
    head = "<channel><title>Le Quai</title><link>https://example.org</link>"
    return f'<?xml version="1.0"?><rss version="2.0">{head}{items}</channel></rss>'.encode()


def atom(*links: str) -> bytes:
    entries = "".join(
        f'<entry><link rel="edit" href="https://example.org/edit"/><link href="{link}"/></entry>'
        for link in links
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode()


def rdf(*links: str) -> bytes:
    items = "".join(f"<item><link>{link}</link></item>" for link in links)
    names = 'xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf"'
    return f"<rdf:RDF {names}><channel/>{items}</rdf:RDF>".encode()


def sitemap(*links: str, kind: str = "urlset", entry: str = "url") -> bytes:
    places = "".join(f"<{entry}><loc> {link} </loc></{entry}>" for link in links)
    schema = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0"?>\n<{kind} xmlns="{schema}">{places}</{kind}>'.encode()


@each("make", [rss, atom, rdf, sitemap])
def test_each_page_of_a_list_is_read_once(site: Site, sandbox: Sandbox, make: object) -> None:
    pages = [site.page("/1", page(BRIDGE)), site.page("/2", page(BAKER))]
    url = site.page("/list", make(*pages, pages[0]), "application/xml")
    assert outcomes(url, sandbox) == {pages[0]: BRIDGE.title, pages[1]: BAKER.title}


@each("written", ["{}", "<![CDATA[{}]]>"])
@each("sign", ["&amp;", "&"])
def test_a_parameter_that_begins_as_an_entity_does_stays_in_an_address(
    site: Site, sandbox: Sandbox, written: str, sign: str
) -> None:
    story = site.page("/1?a=1&section=2&copy=3", page(BRIDGE))
    data = sitemap(written.format(story.replace("&", sign)))
    assert outcomes(site.page("/s.xml", data, "text/xml"), sandbox) == {story: BRIDGE.title}


def test_a_list_of_sitemaps_leads_to_their_pages(site: Site, sandbox: Sandbox) -> None:
    story = site.page("/1", page(BRIDGE))
    inner = site.page("/s1.xml", sitemap(story), "text/xml")
    url = site.page("/s.xml", sitemap(inner, kind="sitemapindex", entry="sitemap"), "text/xml")
    assert outcomes(url, sandbox) == {story: BRIDGE.title}


def test_a_page_of_a_list_that_is_none_is_told_and_the_rest_is_read(
    site: Site, sandbox: Sandbox
) -> None:
    story, gone = site.page("/1", page(BRIDGE)), f"{site.root}/2"
    found = outcomes(site.page("/list", rss(gone, story, "ftp://a.b/c")), sandbox)
    assert found[story] == BRIDGE.title
    assert "does not exist" in found[gone]
    assert "is not a whole web address" in found["ftp://a.b/c"]


def test_robots_txt_counts_for_the_pages_of_a_list(site: Site, sandbox: Sandbox) -> None:
    site.page("/robots.txt", b"User-agent: *\nDisallow: /1", "text/plain")
    story = site.page("/1", page(BRIDGE))
    found = outcomes(site.page("/list", rss(story)), sandbox)
    assert "its robots.txt says so" in found[story]
    assert outcomes(story, sandbox) == {story: BRIDGE.title}


def test_a_list_cannot_lead_into_the_own_network(site: Site, sandbox: Sandbox) -> None:
    (found,) = read_all([site.page("/list", rss(site.root))], sandbox, Fetcher(FetchSettings()))
    assert isinstance(found, Rejected)
    assert "private network" in found.reason


def test_only_the_first_pages_of_a_long_list_are_read(
    site: Site, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "MAX_ENTRIES", 2)
    links = [f"{site.root}/{n}" for n in range(5)]
    url = site.page("/list", rss(*links))
    found = outcomes(url, sandbox)
    assert list(found) == [*links[:2], url]
    assert found[url].startswith("Only the first 2 of the 5 pages of")
    assert MAX_ENTRIES > 2


@each(
    ("data", "words"),
    [
        (rss(), "names none"),
        (b'<!DOCTYPE rss [<!ENTITY a "b">]>' + rss("&a;"), "declares entities"),
        (b"<rss><channel>&nope;</channel></rss>", "names none"),
        (b"<urlset", "names none"),
    ],
)
def test_a_list_that_is_not_read_gets_a_sentence(
    site: Site, sandbox: Sandbox, data: bytes, words: str
) -> None:
    url = site.page("/list", data, "application/rss+xml")
    ((name, reason),) = outcomes(url, sandbox).items()
    assert name == url
    assert words in reason


@each("data", [b"<html><body>", b"<p>rss</p>", b"abc", b"", b"<?xml?><html/>"])
def test_a_page_is_no_list(data: bytes) -> None:
    assert detect(data) != ".xml"


ITEM = "<rss><channel><link>@</link><item><link>@/1</link></item></channel></rss>"
FLAWED = {
    "empty lines first": f"\n\n  \n<?xml version='1.0'?>{ITEM}",
    "control characters": f"\x01{ITEM}".replace("<item>", "<item><title>a\x08b</title>"),
    "HTML's entities": ITEM.replace("<item>", "<item><title>&eacute;&nbsp;&mdash;</title>"),
    "a bare &": ITEM.replace("<item>", "<item><title>A & B &c</title>"),
    "a stray NUL": ITEM.replace("<item>", "<item><title>a\0b</title>"),
    "CDATA": ITEM.replace("@/1", "<![CDATA[ @/1 ]]>"),
    "an address as guid": "<rss><channel><item><guid>@/1</guid></item></channel></rss>",
    "an address as id": "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>@/1</id></entry></feed>",
    "an address in rdf:about": "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    "<item rdf:about='@/1'/></rdf:RDF>",
    "links below xml:base": "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='@/a/'><entry>"
    "<link href='../1'/></entry></feed>",
    "links below the channel's own": ITEM.replace("@/1", "/1"),
    "elements that are not closed": "<rss><channel><item><title>A<link>@/1</link>",
    "a document type": f"<!DOCTYPE rss PUBLIC 'a' 'b'>{ITEM}",
    "another encoding": f"<?xml version='1.0' encoding='utf-16'?>{ITEM}",
}


@each("flaw", FLAWED)
def test_a_flawed_feed_gives_its_page_by_its_address_and_as_a_file(
    site: Site, sandbox: Sandbox, tmp_path: Path, flaw: str
) -> None:
    story = site.page("/1", page(BRIDGE))
    text = FLAWED[flaw].replace("@", site.root)
    data = text.encode("utf-16" if flaw == "another encoding" else "utf-8")
    for given in (site.page("/list", data, "text/html"), saved(tmp_path, data, "a.xml")):
        assert outcomes(given, sandbox) == {story: BRIDGE.title}
    packed_up = saved(tmp_path, gzip.compress(data), "a.xml.gz")
    assert outcomes(packed_up, sandbox) == {story: BRIDGE.title}


def test_a_dead_sitemap_costs_no_other(site: Site, sandbox: Sandbox) -> None:
    story = site.page("/1", page(BRIDGE))
    alive = site.page("/s2.xml.gz", gzip.compress(sitemap(story)), "application/gzip")
    dead = f"{site.root}/s1.xml"
    url = site.page("/s.xml", sitemap(dead, alive, kind="sitemapindex", entry="sitemap"))
    found = outcomes(url, sandbox)
    assert found.pop(story) == BRIDGE.title
    assert "does not exist" in found.pop(dead)
    assert not found


def test_a_story_that_a_feed_holds_will_do_where_its_page_is_gone(
    site: Site, sandbox: Sandbox
) -> None:
    held = "<content:encoded><![CDATA[" + ps(BRIDGE.paragraphs) + "]]></content:encoded>"
    item = f"<item><title>{BRIDGE.title}</title><link>{site.root}/no</link>{held}</item>"
    feed = f"<rss xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel>{item}"
    url = site.page("/list", feed.encode(), "application/rss+xml")
    assert outcomes(url, sandbox) == {f"{site.root}/no": BRIDGE.title}
    relative = feed.replace(f"{site.root}/no", "no")
    url = site.page("/list2", relative.encode(), "application/rss+xml")
    ((_, draft),) = read_all([url], sandbox, Fetcher(SETTINGS))
    assert draft.url == f"{site.root}/no"


def test_what_gzip_compressed_is_read_whole_or_not_at_all(tmp_path: Path, sandbox: Sandbox) -> None:
    one, two = (gzip.compress(f"{part}\n\n".encode()) for part in BRIDGE.paragraphs[:2])
    whole = saved(tmp_path, one + two, "a.txt.gz")
    cut = saved(tmp_path, (one + two)[:-20], "b.txt.gz")
    read, refused = read_all([whole, cut], sandbox, Fetcher(SETTINGS))
    assert isinstance(read, tuple)
    assert read[1].text.strip() == "\n\n".join(BRIDGE.paragraphs[:2])
    assert isinstance(refused, Rejected)
    assert "is damaged and cannot be read (gzip)" in refused.reason


def test_names_that_macos_writes_keep_their_accents(tmp_path: Path, sandbox: Sandbox) -> None:
    data = packed({"Pe\u0302che a\u0300 Sorbelle.txt": text(BRIDGE).partition("\n")[2]})
    unmarked = bytearray(data)
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        place = unmarked.index(mark) + (6 if mark == b"PK\x03\x04" else 8)
        unmarked[place + 1] &= ~0x08 & 0xFF
    (title,) = outcomes(saved(tmp_path, bytes(unmarked)), sandbox).values()
    assert title == "Pêche à Sorbelle"


def test_an_archive_at_an_address_is_read_like_a_file(site: Site, sandbox: Sandbox) -> None:
    data = packed({"b/pont.md": text(BRIDGE), "a.html": page(BAKER), "empty.txt": b""})
    for kind in ("application/zip", "application/octet-stream"):
        url = site.page("/export.zip", data, kind)
        found = outcomes(url, sandbox)
        assert found.pop(f"{url}/b/pont.md") == BRIDGE.title
        assert found.pop(f"{url}/a.html") == BAKER.title
        assert "is empty" in found.pop(f"{url}/empty.txt")
        assert not found
        read = (o for o in read_all([url], sandbox, Fetcher(SETTINGS)) if isinstance(o, tuple))
        places = [draft.origin for _, draft in read]
        assert places == [f"{url}/a.html", f"{url}/b/pont.md"]


def test_stories_of_one_file_in_an_archive_of_the_web_are_told_apart(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    items = [
        {"uri": f"urn:{n}", "headline": told.title, "body_text": "\n\n".join(told.paragraphs)}
        for n, told in enumerate((BAKER, BRIDGE))
    ]
    with running() as site:
        url = site.page("/a.zip", packed({"a.json": json.dumps(items)}), "application/zip")
        found = [*read_all([url], sandbox, Fetcher(SETTINGS))]
    origins = [each[1].origin for each in found if isinstance(each, tuple)]
    assert origins == [f"{url}/a.json#urn:0", f"{url}/a.json#urn:1"]
