"""A collection goes out as one file and comes back the same, or does not come in at all."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embeddings.changing.archive import MANIFEST, pack
from embeddings.engine import SearchEngine
from embeddings.errors import GateError, InputError
from tests.embeddings.collections import FROST, PORT, filled, opened, story
from tests.embeddings.stories import HARBOUR, ORCHARD

KEPT = ("corpus/*.md", "history/*/*.md", "queries.jsonl")
GOLDEN = {"question": "Que disent les assureurs ?", "para_ids": ["verger#2"]}


def shared(folder: Path) -> Path:
    return folder / "data/collections/shared"


def kept(folder: Path) -> dict[str, bytes]:
    """Return what an export must bring back, byte for byte."""
    root = shared(folder)
    found = [path for pattern in KEPT for path in root.glob(pattern)]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def serving(folder: Path) -> dict[str, bytes]:
    """Return the same without the history, which only ever grows."""
    return {name: data for name, data in kept(folder).items() if not name.startswith("history")}


@pytest.fixture
async def archive(tmp_path: Path) -> Path:
    """An export of two articles, one of them with an earlier version, and a golden question."""
    folder = tmp_path / "a"
    async with opened(folder) as engine:
        await filled(engine, folder)
        await engine.add([story(folder, "port", PORT + "!", id="port", title=HARBOUR.title)])
        (shared(folder) / "queries.jsonl").write_text(json.dumps(GOLDEN), encoding="utf-8")
        assert await engine.export(tmp_path / "out.zip") == 2
    return tmp_path / "out.zip"


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[SearchEngine]:
    async with opened(tmp_path / "b") as engine:
        yield engine


async def test_what_was_exported_comes_back_byte_for_byte(
    archive: Path, engine: SearchEngine, tmp_path: Path
) -> None:
    report = await engine.import_(archive, by="me")
    assert [a.id for a in report.added] == ["port", "verger"]
    assert kept(tmp_path / "b") == kept(tmp_path / "a")
    assert len(kept(tmp_path / "b")) == 4
    assert (await engine.verify()).ok


async def test_the_log_comes_along_and_the_import_is_told(
    archive: Path, engine: SearchEngine, tmp_path: Path
) -> None:
    await engine.import_(archive, by="me")
    async with opened(tmp_path / "a") as first:
        old = await first.audit()
        corrected = [s.corrected for s in first.sources()]
    new = await engine.audit()
    assert set(old) <= set(new)
    assert [(e.what, e.by) for e in new if e not in old] == [
        ("publish", "me"),
        ("import", "me"),
        ("import", "me"),
    ]
    assert [s.corrected for s in engine.sources()] == corrected != [None, None]


async def test_the_same_collection_makes_the_same_file(archive: Path, tmp_path: Path) -> None:
    async with opened(tmp_path / "a") as engine:
        await engine.export(tmp_path / "again.zip")
    assert same(tmp_path / "again.zip", archive)


def same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()


ARTICLES = st.dictionaries(
    st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True),
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=60),
        min_size=1,
        max_size=3,
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ARTICLES)
def test_whatever_was_written_comes_back(articles: dict[str, list[str]]) -> None:
    asyncio.run(there_and_back(articles))


async def there_and_back(articles: dict[str, list[str]]) -> None:
    """Add versions of articles, export them, and import them elsewhere."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        async with opened(folder / "a") as engine:
            for number in range(3):
                texts = {i: v[number] for i, v in articles.items() if number < len(v)}
                paths = [
                    story(folder, i, f"{PORT}\n\n{text}", id=f"'{i}'", title=f"'{i}'")
                    for i, text in texts.items()
                ]
                await engine.add(paths, anyway=True)
            await engine.export(folder / "out.zip")
        async with opened(folder / "b") as engine:
            await engine.import_(folder / "out.zip")
            assert (await engine.verify()).ok
        assert kept(folder / "b") == kept(folder / "a")


async def test_a_collection_with_articles_is_not_replaced_silently(
    archive: Path, engine: SearchEngine, tmp_path: Path
) -> None:
    await engine.add([story(tmp_path, "own", FROST[:40] + ".", title="Own")])
    before = (kept(tmp_path / "b"), engine.status().snapshot)
    with pytest.raises(InputError, match="has articles, which an import replaces: add --replace"):
        await engine.import_(archive)
    assert (kept(tmp_path / "b"), engine.status().snapshot) == before


async def test_what_is_replaced_is_kept_in_the_history(
    archive: Path, engine: SearchEngine, tmp_path: Path
) -> None:
    await engine.add([story(tmp_path, "own", "Tout autre chose ici. Vraiment.", title="Own")])
    report = await engine.import_(archive, over=True)
    assert report.removed == ("own",)
    assert {s.id for s in engine.sources()} == {"port", "verger"}
    history = [path.read_text(encoding="utf-8") for path in shared(tmp_path / "b").rglob("own/*")]
    assert "Tout autre chose ici." in history[0]


async def test_another_version_of_the_same_name_is_kept_beside(
    archive: Path, engine: SearchEngine, tmp_path: Path
) -> None:
    name = next(n for n in kept(tmp_path / "a") if n.startswith("history"))
    mine = shared(tmp_path / "b") / name
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    await engine.import_(archive)
    found = sorted(path.read_bytes() for path in mine.parent.iterdir())
    assert found == sorted([b"mine", kept(tmp_path / "a")[name]])


async def test_an_import_that_breaks_golden_questions_changes_nothing(
    archive: Path, engine: SearchEngine, tmp_path: Path
) -> None:
    others = [
        story(tmp_path, f"o{n}", f"Que disent les assureurs ? {n} fois.", title="Assureurs")
        for n in range(4)
    ]
    words = story(tmp_path, "verger", "Rien du tout ici.\n\nNon plus.", id="verger", title="T")
    async with opened(tmp_path / "c") as other:
        await other.add([*others, words])
        (shared(tmp_path / "c") / "queries.jsonl").write_text(json.dumps(GOLDEN), encoding="utf-8")
        await other.export(tmp_path / "worse.zip")
    await engine.import_(archive)
    before = (serving(tmp_path / "b"), engine.status().snapshot, await engine.audit())
    with pytest.raises(GateError):
        await engine.import_(tmp_path / "worse.zip", over=True)
    assert (serving(tmp_path / "b"), engine.status().snapshot, await engine.audit()) == before


async def test_an_export_does_not_overwrite_a_file(
    archive: Path, engine: SearchEngine, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="is there already; name another file"):
        await engine.export(archive)
    with pytest.raises(InputError, match="does not exist; make it"):
        await engine.export(tmp_path / "no/out.zip")


async def test_an_article_that_cannot_be_read_is_mended_before_an_export(
    archive: Path, tmp_path: Path
) -> None:
    (shared(tmp_path / "a") / "corpus/port.md").write_text("no front matter", encoding="utf-8")
    async with opened(tmp_path / "a") as engine:
        with pytest.raises(InputError, match=r"port.md has no front matter"):
            await engine.export(tmp_path / "again.zip")


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def listed(files: dict[str, bytes], **fields: object) -> dict[str, bytes]:
    """Add a list of files that fits."""
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    document = {"format": 1, "collection": "x", "files": digests} | fields
    return {MANIFEST: json.dumps(document).encode(), **files}


ARTICLE = f"---\nid: a\ntitle: T\nlanguage: fr\n---\n{ORCHARD.text}".encode()


def bomb() -> bytes:
    """Claim to be far more than is there."""
    data = bytearray(zipped(listed({"corpus/a.md": ARTICLE})))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = (2**31).to_bytes(4, "little")
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(zipped(listed({"corpus/a.md": ARTICLE})))
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def twice() -> bytes:
    buffer = io.BytesIO(zipped(listed({"corpus/a.md": ARTICLE})))
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("corpus/a.md", b"other")
    return buffer.getvalue()


def changed() -> bytes:
    return zipped(listed({"corpus/a.md": ARTICLE}) | {"corpus/a.md": ARTICLE + b" More."})


def line(text: bytes) -> dict[str, bytes]:
    return listed({"corpus/a.md": ARTICLE, "queries.jsonl": text})


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "no zip": (lambda: b"hello", "is no ZIP that can be read"),
    "nothing": (lambda: b"", "is no ZIP that can be read"),
    "cut short": (lambda: zipped(listed({"corpus/a.md": ARTICLE}))[:-30], "is no ZIP"),
    "another zip": (lambda: zipped({"a.md": ARTICLE}), "there is no manifest.json in it"),
    "broken list": (lambda: zipped({MANIFEST: b"{"}), "its manifest.json is broken"),
    "list of lists": (lambda: zipped({MANIFEST: b"[[]]"}), "its manifest.json is broken"),
    "deep list": (lambda: zipped({MANIFEST: b"[" * 99999}), "its manifest.json is broken"),
    "newer": (lambda: zipped(listed({}, format=2)), "exported by a newer version .format 2"),
    "climbing": (lambda: zipped(listed({"corpus/../../x.md": ARTICLE})), "has no place"),
    "absolute": (lambda: zipped(listed({"/etc/passwd": b"x"})), "'/etc/passwd' has no place"),
    "windows": (lambda: zipped(listed({"C:x.md": b"x"})), "has no place in a collection"),
    "live": (lambda: zipped(listed({"live": b"x"})), "'live' has no place in a collection"),
    "hidden": (lambda: zipped(listed({"corpus/.x.md": b"x"})), "has no place"),
    "bad history": (lambda: zipped(listed({"history/a/x.md": b"x"})), "has no place"),
    "unlisted": (
        lambda: zipped(listed({"corpus/a.md": ARTICLE}) | {"corpus/b.md": ARTICLE}),
        "its list of files and its files differ, as by 'corpus/b.md'",
    ),
    "missing": (
        lambda: zipped({MANIFEST: listed({"corpus/a.md": ARTICLE})[MANIFEST]}),
        "differ, as by 'corpus/a.md'",
    ),
    "twice": (twice, "its list of files and its files differ"),
    "changed": (changed, "corpus/a.md is not what was exported: its SHA-256 differs"),
    "bomb": (bomb, "would be more than 100,000 files or 300 MB"),
    "encrypted": (encrypted, "is no ZIP that can be read"),
    "no article": (lambda: zipped(listed({"corpus/a.md": b"text"})), "has no front matter"),
    "other id": (lambda: zipped(listed({"corpus/b.md": ARTICLE})), "says that its id is a"),
    "bad question": (lambda: zipped(line(b"{}")), "line 1 is no golden question"),
}


@pytest.mark.parametrize("case", BAD)
async def test_a_bad_archive_gets_one_sentence_and_changes_nothing(
    engine: SearchEngine, tmp_path: Path, case: str
) -> None:
    make, sentence = BAD[case]
    path = tmp_path / "bad.zip"
    path.write_bytes(make())
    before = {p: p.read_bytes() for p in shared(tmp_path / "b").rglob("*") if p.is_file()}
    with pytest.raises(InputError, match=sentence) as caught:
        await engine.import_(path)
    assert "bad.zip" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert {p: p.read_bytes() for p in shared(tmp_path / "b").rglob("*") if p.is_file()} == before


async def test_an_archive_that_is_not_there_is_named(engine: SearchEngine, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no.zip cannot be read: No such file"):
        await engine.import_(tmp_path / "no.zip")


def test_an_archive_lists_its_files_with_their_digests() -> None:
    data = pack({"corpus/a.md": ARTICLE}, "press")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        document = json.loads(archive.read(MANIFEST))
    assert document == {
        "format": 1,
        "collection": "press",
        "files": {"corpus/a.md": hashlib.sha256(ARTICLE).hexdigest()},
    }
