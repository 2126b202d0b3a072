"""A snapshot gives back what was written, and notices every byte that is not."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.errors import SnapshotError, StorageError, UnknownArticle
from embeddings.snapshots.manifest import FORMAT, find_damage, read_manifest
from embeddings.snapshots.snapshot import Snapshot
from embeddings.text.passages import split
from embeddings.types import Article, identity
from tests.embeddings.stories import HARBOUR, LIBRARY, ORCHARD, STORIES, vectors, written


def test_articles_come_back_as_they_were(tmp_path: Path) -> None:
    snapshot = written(tmp_path / "s", *STORIES)
    assert [snapshot.article(snapshot.row(a.id)) for a in STORIES] == list(STORIES)


def test_passages_come_back_with_their_sentences_and_digests(tmp_path: Path) -> None:
    snapshot = written(tmp_path / "s", *STORIES)
    for row, article in enumerate(STORIES):
        assert snapshot.passages_of(row) == split(article)


def test_the_list_of_sources_counts_the_passages_of_each(tmp_path: Path) -> None:
    snapshot = written(tmp_path / "s", *STORIES)
    assert snapshot.sources == (
        LIBRARY.summary(2),
        HARBOUR.summary(3),
        ORCHARD.summary(2),
    )


def test_arrays_come_back_to_the_bit(tmp_path: Path) -> None:
    snapshot = written(tmp_path / "s", *STORIES)
    for name, array in vectors(*STORIES).items():
        assert np.array_equal(snapshot.array(name), array)


def test_a_snapshot_whose_files_are_deleted_can_be_read_to_the_end(tmp_path: Path) -> None:
    snapshot = written(tmp_path / "s", *STORIES)
    shutil.rmtree(tmp_path / "s")
    assert [snapshot.article(row) for row in range(3)] == list(STORIES)
    assert snapshot.changed_passages() == []
    assert np.array_equal(snapshot.array("passage_vectors"), vectors(*STORIES)["passage_vectors"])


def test_a_snapshot_of_nothing_can_be_read(tmp_path: Path) -> None:
    snapshot = written(tmp_path / "s")
    assert snapshot.sources == ()
    assert snapshot.changed_passages() == []


def test_an_unknown_article_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownArticle, match="no article 'nowhere'"):
        written(tmp_path / "s", HARBOUR).row("nowhere")


def test_every_file_but_the_manifest_is_in_the_manifest(tmp_path: Path) -> None:
    snapshot = written(tmp_path / "s", HARBOUR)
    names = {path.name for path in snapshot.folder.iterdir()}
    assert names == {*snapshot.manifest.files, "manifest.json"}


def test_one_changed_byte_in_any_file_is_noticed_and_the_file_is_named(tmp_path: Path) -> None:
    snapshot = written(tmp_path / "s", *STORIES)
    for name in snapshot.manifest.files:
        path = snapshot.folder / name
        before = path.read_bytes()
        path.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
        with pytest.raises(SnapshotError, match=name):
            Snapshot(snapshot.folder)
        path.write_bytes(before)
    assert find_damage(snapshot.folder, snapshot.manifest) == []


def test_damaged_fields_that_were_not_checked_are_an_error_of_the_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "s", HARBOUR).folder / "articles.jsonl"
    monkeypatch.setattr("embeddings.snapshots.snapshot.HASH_UP_TO", 0)  # opened by its size alone
    before, errors = path.read_bytes(), 0
    for place in range(8, len(before)):
        path.write_bytes(before[:place] + bytes([before[place] ^ 4]) + before[place + 1 :])
        for read in (lambda s: s.article(0), lambda s: s.heads):
            try:
                read(Snapshot(path.parent))
            except SnapshotError:
                errors += 1
    assert errors > 100


def test_any_bit_of_a_manifest_that_changed_is_noticed(tmp_path: Path) -> None:
    snapshot = written(tmp_path / "s", HARBOUR)
    path = snapshot.folder / "manifest.json"
    before = path.read_bytes()
    mark = hashlib.sha256(before).hexdigest()
    for place in range(len(before)):
        path.write_bytes(before[:place] + bytes([before[place] ^ 4]) + before[place + 1 :])
        with pytest.raises(SnapshotError, match=r"manifest\.json is not what was written: run"):
            read_manifest(snapshot.folder, mark)
        with contextlib.suppress(SnapshotError):  # what it says may be wrong, and is no traceback
            Snapshot(snapshot.folder)
    path.write_bytes(before)
    assert read_manifest(snapshot.folder, mark) == snapshot.manifest


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    snapshot = written(tmp_path / "s", HARBOUR)
    (snapshot.folder / "sentences.npy").unlink()
    assert "sentences.npy cannot be read" in find_damage(snapshot.folder, snapshot.manifest)[0]


def test_a_text_changed_while_it_serves_is_noticed(tmp_path: Path) -> None:
    snapshot = written(tmp_path / "s", HARBOUR)
    path = snapshot.folder / "texts.txt"
    path.write_bytes(path.read_bytes().replace(b"trois ans", b"deux  ans"))
    assert snapshot.changed_passages() == [
        "Paragraph 2 of port is not what was indexed: run reindex --full."
    ]


def test_a_snapshot_of_another_format_says_what_to_do(tmp_path: Path) -> None:
    snapshot = written(tmp_path / "s", HARBOUR)
    path = snapshot.folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    with pytest.raises(
        SnapshotError, match=f"format 99, and this version reads {FORMAT}: run reindex"
    ):
        Snapshot(snapshot.folder)


def test_a_snapshot_with_other_files_has_a_format_of_its_own(tmp_path: Path) -> None:
    """Who changes this digest raises FORMAT: what an earlier version wrote would not be read."""
    snapshot = written(tmp_path / "s", HARBOUR)
    names = [
        (n, str(np.load(snapshot.folder / n).dtype)) for n in snapshot.manifest.files if ".npy" in n
    ]
    digest = hashlib.sha256(repr(sorted(names)).encode()).hexdigest()[:12]
    assert (FORMAT, digest) == (7, "4b835ad43762")


def test_a_folder_without_a_manifest_is_no_snapshot(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=r"manifest\.json cannot be read"):
        Snapshot(tmp_path)


def test_a_full_disk_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(StorageError, match="the disk is full"):
        written(tmp_path / "s", HARBOUR)


def test_whatever_changes_in_an_article_changes_its_identity() -> None:
    for field in ["title", "source", "author", "url", "language", "text"]:
        assert identity(replace(HARBOUR, **{field: "autre"})) != identity(HARBOUR)


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1), max_size=4))
def test_any_text_comes_back_character_for_character(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    articles = [Article(id=f"a{i}", title="Titre", text=text) for i, text in enumerate(texts)]
    snapshot = written(tmp_path_factory.mktemp("any") / "s", *articles)
    assert [snapshot.article(row).text for row in range(len(texts))] == texts
