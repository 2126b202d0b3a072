"""An export is imported completely and unchanged, or not at all."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import os
import pwd
import traceback
import zipfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embeddings.engine import SearchEngine
from embeddings.errors import GateError, InputError, UnknownSnapshot
from embeddings.store.archive import MANIFEST, Contents, pack, parse
from embeddings.types import digest
from tests.embeddings.collections import FROST, PORT, filled, kept, opened, story
from tests.embeddings.store.installed import tamper
from tests.embeddings.stories import HARBOUR, ORCHARD

GOLDEN = {"question": "Que disent les assureurs ?", "para_ids": ["verger#2"]}


def ask_of(folder: Path) -> None:
    """Give a collection a golden question, in a file as an operator does."""
    path = folder / "data/queries/shared.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(GOLDEN), encoding="utf-8")


def serving(engine: SearchEngine) -> dict[str, bytes]:
    """Return the contents without the history, which only grows."""
    return {n: data for n, data in kept(engine).items() if not n.startswith("history")}


@pytest.fixture
async def archive(tmp_path: Path) -> Path:
    """An export of two articles, one of them with an earlier version, and a golden question."""
    folder = tmp_path / "a"
    async with opened(folder) as engine:
        await filled(engine, folder)
        await engine.add([story(folder, "port", PORT + "!", id="port", title=HARBOUR.title)])
        ask_of(folder)
        assert await engine.export(tmp_path / "out.zip") == 2
    return tmp_path / "out.zip"


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[SearchEngine]:
    async with opened(tmp_path / "b") as engine:
        yield engine


async def test_an_import_restores_an_export_byte_for_byte(
    archive: Path, engine: SearchEngine, tmp_path: Path
) -> None:
    report = await engine.import_(archive, by="me")
    assert [a.id for a in report.added] == ["port", "verger"]
    async with opened(tmp_path / "a") as first:
        assert kept(engine) == kept(first)
    assert sorted(kept(engine)) == [
        "corpus/port.md",
        "corpus/verger.md",
        f"history/port/{digest(PORT)[:12]}.txt",
        "queries.jsonl",
    ]
    assert (await engine.verify()).ok


async def test_an_archive_of_the_first_format_is_read_with_its_history(
    engine: SearchEngine, tmp_path: Path
) -> None:
    old = ARTICLE.replace(b"title: T", b"title: Avant")
    mark = hashlib.sha256(old.partition(b"---\n")[2].partition(b"---\n")[2]).hexdigest()[:12]
    log = b'{"at": "2018-07-04T12:00:00+00:00", "by": "me", "what": "add", "article": "a", '
    log += b'"before": null, "after": "x", "snapshot": null, "fields": [], "counts": [0, 0, 0]}'
    files = {"corpus/a.md": ARTICLE, f"history/a/{mark}.md": old, "audit.jsonl": log + b"\n"}
    (tmp_path / "first.zip").write_bytes(zipped(listed(files)))
    await engine.import_(tmp_path / "first.zip")
    assert [s.title for s in engine.sources()] == ["T"]
    assert kept(engine)[f"history/a/{mark}.txt"] == old
    assert ("me", "add", "a") in {(e.by, e.what, e.article) for e in await engine.audit()}


async def test_an_import_brings_the_audit_log_and_is_logged_itself(
    archive: Path, engine: SearchEngine, tmp_path: Path
) -> None:
    await engine.import_(archive, by="me")
    async with opened(tmp_path / "a") as first:
        old = await first.audit()
        corrected = [s.corrected for s in first.sources()]
    new = await engine.audit()
    marked = [replace(e, snapshot=e.snapshot and f"import {e.snapshot}") for e in old]
    assert [*new[3:]] == marked, "what was imported is older, and has another's snapshots"
    assert [(e.what, e.by) for e in new[:3]] == [
        ("publish", "me"),
        ("import", "me"),
        ("import", "me"),
    ]
    assert [s.corrected for s in engine.sources()] == corrected != [None, None]


async def test_equal_collections_give_equal_archives(archive: Path, tmp_path: Path) -> None:
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
def test_any_article_survives_an_export_and_import(articles: dict[str, list[str]]) -> None:
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
            async with opened(folder / "a") as first:
                assert kept(engine) == kept(first)


async def test_a_collection_with_articles_is_not_replaced_silently(
    archive: Path, engine: SearchEngine, tmp_path: Path
) -> None:
    await engine.add([story(tmp_path, "own", FROST[:40] + ".", title="Own")])
    before = (kept(engine), engine.status().snapshot)
    with pytest.raises(InputError, match="has articles, which an import replaces: add --replace"):
        await engine.import_(archive)
    assert (kept(engine), engine.status().snapshot) == before


async def test_articles_replaced_by_an_import_stay_in_the_history(
    archive: Path, engine: SearchEngine, tmp_path: Path
) -> None:
    await engine.add([story(tmp_path, "own", "Tout autre chose ici. Vraiment.", title="Own")])
    report = await engine.import_(archive, over=True)
    assert report.removed == ("own",)
    assert {s.id for s in engine.sources()} == {"port", "verger"}
    history = [data.decode() for name, data in kept(engine).items() if "history/own/" in name]
    assert "Tout autre chose ici." in history[0]


async def test_an_import_adds_its_history_to_the_one_that_exists(
    archive: Path, engine: SearchEngine, tmp_path: Path
) -> None:
    for text in (PORT, "Un autre texte, ici.", PORT + "?"):
        await engine.add([story(tmp_path, "port", text, id="port", title="Own")])
    mine = {data for name, data in kept(engine).items() if name.startswith("history")}
    await engine.import_(archive, over=True)
    found = {data for name, data in kept(engine).items() if name.startswith("history")}
    async with opened(tmp_path / "a") as first:
        theirs = {data for name, data in kept(first).items() if name.startswith("history")}
    assert found >= mine | theirs


async def test_an_imported_log_brings_nothing_back_that_was_rolled_back(
    engine: SearchEngine, tmp_path: Path
) -> None:
    stories = [story(tmp_path, name, f"Le texte de {name}, ici.") for name in "abc"]
    async with opened(tmp_path / "a") as first:
        for path in stories:  # its snapshot 3 follows its snapshot 2
            await first.add([path])
        await first.export(tmp_path / "out.zip")
    await engine.add(stories[:1])
    await engine.add([story(tmp_path, "bad", "Un mauvais texte, ici.")])
    await engine.rollback()
    await engine.add(stories[1:2])  # snapshot 3 here, which follows 1
    await engine.import_(tmp_path / "out.zip", over=True)
    seen = []
    for _ in range(2):
        await engine.rollback()
        seen.append([source.id for source in engine.sources()])
    assert seen == [["a", "b"], ["a"]]
    with pytest.raises(UnknownSnapshot):
        await engine.rollback()


async def test_importing_its_own_export_neither_loses_nor_repeats_log_entries(
    engine: SearchEngine, tmp_path: Path
) -> None:
    await filled(engine, tmp_path)
    await engine.export(tmp_path / "own.zip")
    await engine.remove(["port"], by="me")
    before = await engine.audit()
    await engine.import_(tmp_path / "own.zip", over=True, by="me")
    after = await engine.audit()
    assert after[-len(before) :] == before
    assert [(e.what, e.article) for e in after[: -len(before)]] == [
        ("publish", None),
        ("import", "port"),
    ]
    assert (await engine.verify()).ok


async def test_fields_set_by_hand_stay_so_after_an_import(
    engine: SearchEngine, tmp_path: Path
) -> None:
    async with opened(tmp_path / "a") as first:
        await filled(first, tmp_path)
        await first.confirm((await first.propose_edit("port", {"title": "À la main"})).token)
        await first.export(tmp_path / "out.zip")
    await engine.import_(tmp_path / "out.zip")
    await engine.add([story(tmp_path, "port", PORT + "!", id="port", title=HARBOUR.title)])
    assert [s.title for s in engine.sources() if s.id == "port"] == ["À la main"]


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
        ask_of(tmp_path / "c")
        await other.export(tmp_path / "worse.zip")
    await engine.import_(archive)
    before = (serving(engine), engine.status().snapshot, await engine.audit())
    with pytest.raises(GateError):
        await engine.import_(tmp_path / "worse.zip", over=True)
    assert (serving(engine), engine.status().snapshot, await engine.audit()) == before


async def test_an_export_does_not_overwrite_a_file(
    archive: Path, engine: SearchEngine, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="is there already; name another file"):
        await engine.export(archive)
    with pytest.raises(InputError, match="does not exist; make it"):
        await engine.export(tmp_path / "no/out.zip")


async def test_a_damaged_article_must_be_repaired_before_an_export(
    archive: Path, tmp_path: Path
) -> None:
    async with opened(tmp_path / "a") as engine:
        tamper(engine._settings, "UPDATE versions SET text = x'ff' WHERE article = 'port'")
        with pytest.raises(InputError, match="The article port is not as it was stored"):
            await engine.export(tmp_path / "again.zip")
        await engine.reindex(full=True)
        assert await engine.export(tmp_path / "again.zip") == 2


def test_a_read_only_data_folder_is_exported_to_the_same_bytes(
    archive: Path, tmp_path: Path
) -> None:
    data = tmp_path / "a/data"
    paths = [data, *data.rglob("*")]
    modes = {path: path.stat().st_mode for path in paths}
    for path in paths:
        path.chmod(0o500 if path.is_dir() else 0o400)
    out = tmp_path / "out"
    out.mkdir()
    for folder in (tmp_path / "a", tmp_path, *tmp_path.parents):
        if not folder.stat().st_mode & 0o001:
            folder.chmod(0o755)
    out.chmod(0o777)
    child = os.fork()
    if child == 0:
        try:
            if os.getuid() == 0:  # permissions hold for others than root
                owner = pwd.getpwnam("nobody")
                for path in paths:
                    os.chown(path, owner.pw_uid, owner.pw_gid)
                os.setuid(owner.pw_uid)
            asyncio.run(export(tmp_path / "a", out / "out.zip"))
        except BaseException:  # noqa: BLE001 - whatever it is, nobody else would tell
            traceback.print_exc()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    for path, mode in modes.items():
        os.chown(path, os.getuid(), os.getgid())
        path.chmod(mode)
    assert same(out / "out.zip", archive)


async def export(folder: Path, path: Path) -> None:
    async with opened(folder) as engine:
        await engine.export(path)


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def listed(files: dict[str, bytes], **fields: object) -> dict[str, bytes]:
    """Add a manifest that matches the files."""
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    document = {"format": 1, "collection": "x", "files": digests} | fields
    return {MANIFEST: json.dumps(document).encode(), **files}


ARTICLE = f"---\nid: a\ntitle: T\nlanguage: fr\n---\n{ORCHARD.text}".encode()


def bomb() -> bytes:
    """Claim a far greater unpacked size."""
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
    "newer": (lambda: zipped(listed({}, format=3)), "exported by a newer version .format 3"),
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


async def test_a_bad_archive_gets_one_sentence_and_changes_nothing(
    engine: SearchEngine, tmp_path: Path
) -> None:
    for make, sentence in BAD.values():
        path = tmp_path / "bad.zip"
        path.write_bytes(make())
        before = (kept(engine), await engine.audit(), engine.snapshots())
        with pytest.raises(InputError, match=sentence) as caught:
            await engine.import_(path)
        assert "bad.zip" in str(caught.value)
        assert "\n" not in str(caught.value)
        assert (kept(engine), await engine.audit(), engine.snapshots()) == before


async def test_a_missing_archive_is_named(engine: SearchEngine, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no.zip cannot be read: No such file"):
        await engine.import_(tmp_path / "no.zip")


def test_an_archive_lists_its_files_with_their_digests() -> None:
    data = pack(Contents((parse(ARTICLE, "a.md"),)), "press")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        document = json.loads(archive.read(MANIFEST))
    assert document == {
        "format": 2,
        "collection": "press",
        "files": {"corpus/a.md": hashlib.sha256(ARTICLE).hexdigest()},
    }
