"""Incremental builds: vectors, words and passages that did not change are reused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from embeddings.errors import SnapshotError
from embeddings.loaded import LoadedSnapshot
from embeddings.ranking.confidence import Calibration
from embeddings.ranking.maxsim import STEP
from embeddings.snapshots import building as build
from embeddings.snapshots import disk, material
from embeddings.snapshots.manifest import find_damage
from embeddings.snapshots.material import EncodingPlan, Material, Order
from embeddings.snapshots.snapshot import Snapshot
from embeddings.text.passages import split
from embeddings.threads import Worker
from embeddings.types import Article
from tests.embeddings.fakes import DIMENSION, TokenWordEncoder, WordEncoder
from tests.embeddings.stories import HARBOUR, LIBRARY, ORCHARD, made_of

NOW = datetime(2018, 7, 4, tzinfo=UTC)


async def built(
    folder: Path,
    articles: list[Article],
    known: Snapshot | None = None,
    kind: type[WordEncoder] = WordEncoder,
) -> tuple[Snapshot, EncodingPlan, WordEncoder]:
    """Write a snapshot of some articles; return it, its encoding plan and the encoder."""
    encoder, worker = kind(), Worker()
    of = made_of(articles, known)
    wanted = EncodingPlan(of)
    try:
        vectors = await build.encode(wanted, encoder, worker, None)
    finally:
        worker.close()
    arrays = vectors | build.index_words(of)
    build.write_snapshot(folder, of, arrays, name=folder.name, model="words==1", at=NOW)
    return Snapshot(folder), wanted, encoder


def same_files(one: Snapshot, other: Snapshot) -> bool:
    return one.manifest.files == other.manifest.files


async def test_an_incremental_snapshot_is_the_full_one_to_the_bit(tmp_path: Path) -> None:
    changed = replace(HARBOUR, text=HARBOUR.text.replace("trois ans", "quatre ans"))
    before, _, _ = await built(tmp_path / "before", [HARBOUR, ORCHARD])
    after, _, _ = await built(tmp_path / "after", [LIBRARY, changed, ORCHARD], before)
    anew, _, _ = await built(tmp_path / "anew", [LIBRARY, changed, ORCHARD])
    assert same_files(after, anew)


async def test_a_matrix_that_hardly_changes_is_shared_and_reads_as_the_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "EXACT_UP_TO", 3)
    monkeypatch.setattr(build, "REWRITE_ONE_IN", 1)
    changed = replace(ORCHARD, text=ORCHARD.text.replace("la moitié", "le tiers"))
    first, _, _ = await built(tmp_path / "first", [HARBOUR, ORCHARD])
    second, _, _ = await built(tmp_path / "second", [HARBOUR, changed], first)
    third, _, _ = await built(tmp_path / "third", [LIBRARY, ORCHARD], second)
    for after, is_shared in ((second, True), (third, False)):
        anew, _, _ = await built(tmp_path / f"anew-{after.id}", [*after.articles().values()])
        for kind in material.VECTOR_DTYPES:
            one, other = (each.index(kind).rows[:] for each in (after, anew))
            assert np.array_equal(one, other)
            place = f"{kind}.npy"
            assert (first.folder / place).samefile(after.folder / place) == is_shared
            assert (first.manifest.files[place] == after.manifest.files[place]) == is_shared
        assert find_damage(after.folder, after.manifest) == []
        index, whole = (each.index("passage_vectors") for each in (after, anew))
        asked = anew.array("passage_vectors")
        assert index.search(asked, 2)[1].tolist() == whole.search(asked, 2)[1].tolist()


async def test_tokens_that_hardly_change_are_shared_and_read_as_the_whole_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "EXACT_UP_TO", 3)
    monkeypatch.setattr(build, "REWRITE_ONE_IN", 1)
    made, _, _ = await built(tmp_path / "0", [HARBOUR, ORCHARD], kind=TokenWordEncoder)
    before = made
    for number, stories in enumerate(([HARBOUR, ORCHARD], [HARBOUR, LIBRARY, ORCHARD]), 1):
        text = ORCHARD.text.replace("la moitié", f"la moitié et {number}")
        given = [each if each is not ORCHARD else replace(ORCHARD, text=text) for each in stories]
        made, _, _ = await built(tmp_path / str(number), given, made, TokenWordEncoder)
        anew, _, _ = await built(tmp_path / f"anew-{number}", given, kind=TokenWordEncoder)
        assert made.folder.joinpath("tokens_rows.npy").samefile(before.folder / "tokens_rows.npy")
        one, other = (
            LoadedSnapshot(each, Calibration("m", 0.0, {}, 0.5)).arrays for each in (made, anew)
        )
        assert one.tokens
        assert other.tokens
        every = np.arange(len(one.article_of)), one.article_of
        asked = np.eye(DIMENSION, dtype=np.float32)
        assert np.array_equal(
            one.tokens.nearest(asked, *every), other.tokens.nearest(asked, *every)
        )


async def test_a_file_that_was_shared_often_is_not_copied_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "EXACT_UP_TO", 3)
    monkeypatch.setattr(build, "REWRITE_ONE_IN", 1)
    monkeypatch.setattr("embeddings.snapshots.snapshot.HASH_UP_TO", 0)  # opened by its size alone
    monkeypatch.setattr(disk, "MOST_LINKS", 1)
    before, _, _ = await built(tmp_path / "1", [HARBOUR, ORCHARD])
    path = before.folder / "passage_vectors.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(SnapshotError, match=r"passage_vectors\.npy is not what was written"):
        await built(tmp_path / "2", [HARBOUR, ORCHARD, LIBRARY], before)


async def test_damage_to_a_shared_matrix_leaves_the_snapshots_before_the_last_three_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "EXACT_UP_TO", 3)
    monkeypatch.setattr(build, "REWRITE_ONE_IN", 1)
    made, _, _ = await built(tmp_path / "0", [HARBOUR, ORCHARD])
    every = [made]
    for number in range(1, 4):
        text = ORCHARD.text.replace("la moitié", f"la moitié et {number}")
        made, _, _ = await built(
            tmp_path / str(number), [HARBOUR, replace(ORCHARD, text=text)], made
        )
        every.append(made)
    files = [(each.folder / "passage_vectors.npy").stat().st_ino for each in every]
    assert files[0] == files[1] == files[2] != files[3]
    assert len({each.manifest.files["passage_vectors.npy"] for each in every}) == 1
    anew, _, _ = await built(tmp_path / "anew", [*made.articles().values()])
    one, other = (each.index("passage_vectors").rows[:] for each in (made, anew))
    assert np.array_equal(one, other)


async def test_only_the_texts_that_are_new_are_encoded(tmp_path: Path) -> None:
    changed = replace(HARBOUR, text=HARBOUR.text.replace("trois ans", "quatre ans"))
    before, _, _ = await built(tmp_path / "before", [HARBOUR, ORCHARD])
    _, wanted, encoder = await built(tmp_path / "after", [changed, ORCHARD], before)
    assert sorted(encoder.encoded) == [
        "La construction a duré quatre ans. Elle a coûté douze millions d’euros.",
        f"{HARBOUR.title}. La construction a duré quatre ans.",
    ]
    assert (len(wanted.missing), wanted.reused) == (2, 10)


async def test_words_of_a_changed_text_are_indexed_again(
    tmp_path: Path,
) -> None:
    before, _, _ = await built(tmp_path / "before", [HARBOUR])
    other = replace(ORCHARD, id=HARBOUR.id)
    of = made_of([other], before)
    assert of.passages == [split(other)]
    assert of.merge_passages().pieces == ((False, 0, 0), (True, 0, 2), (False, 3, 3))


async def test_articles_split_by_another_version_are_split_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, _, _ = await built(tmp_path / "before", [HARBOUR])
    assert not made_of([HARBOUR], before).passages
    monkeypatch.setattr(material, "recipe", lambda: "another")
    assert made_of([HARBOUR], before).passages == [split(HARBOUR)]


async def test_a_damaged_base_is_not_built_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.snapshots.snapshot.HASH_UP_TO", 0)  # opened by its size alone
    before, _, _ = await built(tmp_path / "1", [HARBOUR])
    path = before.folder / "lexical_impacts.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    order = Order(2, tmp_path / "2", before.folder, None, {ORCHARD.id: ORCHARD})
    with pytest.raises(SnapshotError, match=r"lexical_impacts\.npy is not what was written"):
        Material.from_order(order, "words==1")


async def test_tokens_of_an_incremental_snapshot_are_those_of_the_full_one(tmp_path: Path) -> None:
    changed = replace(HARBOUR, text=HARBOUR.text.replace("trois ans", "quatre ans"))
    kind = TokenWordEncoder
    before, _, _ = await built(tmp_path / "before", [HARBOUR, ORCHARD], kind=kind)
    after, _, encoder = await built(tmp_path / "after", [LIBRARY, changed], before, kind)
    anew, _, _ = await built(tmp_path / "anew", [LIBRARY, changed], kind=kind)
    assert same_files(after, anew)
    assert HARBOUR.title not in encoder.encoded
    assert LIBRARY.title in encoder.encoded


async def test_the_tokens_of_a_passage_are_those_that_the_model_gives(tmp_path: Path) -> None:
    snapshot, _, _ = await built(tmp_path / "s", [HARBOUR, ORCHARD], kind=TokenWordEncoder)
    tokens, passage = snapshot.arrays("tokens_"), snapshot.passage(1)
    text = HARBOUR.text if passage.article_id == HARBOUR.id else ORCHARD.text
    read = TokenWordEncoder().encode_document(text[passage.start : passage.end])
    own = tokens["rows"][tokens["first"][1] : tokens["first"][2]]
    np.testing.assert_allclose(own * STEP, np.clip(read.tokens, -127 * STEP, 127 * STEP), atol=STEP)
    assert len(tokens["title_first"]) == 3


async def test_words_of_unchanged_passages_in_a_changed_article_are_reused(tmp_path: Path) -> None:
    parts = [f"Le numéro {name} a été voté hier au conseil." for name in ("un", "deux", "trois")]
    story = replace(HARBOUR, text="\n\n".join([*parts, parts[1], "La fin est connue de tous."]))
    swapped = replace(
        story, text="\n\n".join([parts[2], "Rien n’est neuf ici.", parts[0], parts[1]])
    )
    titled = replace(story, title="Un autre titre")
    before, _, _ = await built(tmp_path / "before", [story, ORCHARD])
    for number, (changed, count) in enumerate([(story, 0), (swapped, 2), (titled, 5)]):
        assert len(made_of([changed, ORCHARD], before).plan_documents()[1]) == count
        after, _, _ = await built(tmp_path / f"after-{number}", [changed, ORCHARD, LIBRARY], before)
        anew, _, _ = await built(tmp_path / f"anew-{number}", [changed, ORCHARD, LIBRARY])
        arrays = [each.arrays("lexical_") for each in (after, anew)]
        assert all(np.array_equal(arrays[0][name], arrays[1][name]) for name in arrays[1])
