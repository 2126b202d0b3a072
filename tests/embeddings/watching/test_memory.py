"""The watcher's memory survives a restart; a damaged note costs only a second look."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.watching.watched import NOTE, FolderMemory
from tests.embeddings.intake import FakeIntake

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
stamps = st.tuples(st.integers(0, 2**60), st.integers(0, 2**62), st.integers(0, 2**62))
memories = st.builds(FolderMemory, files=st.dictionaries(words, stamps, max_size=3))


@given(memory=memories)
def test_a_memory_is_read_back_as_it_was_stored(memory: FolderMemory) -> None:
    notes = FakeIntake()
    asyncio.run(memory.remember(notes))
    assert asyncio.run(FolderMemory.recall(notes)) == memory


async def test_a_new_store_has_an_empty_memory() -> None:
    assert await FolderMemory.recall(FakeIntake()) == FolderMemory()


async def test_a_damaged_note_is_logged_and_replaced_by_an_empty_memory(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for damaged in ("{", "[]", '{"files": {"a": [1]}}'):
        caplog.clear()
        assert await FolderMemory.recall(FakeIntake(notes={NOTE: damaged})) == FolderMemory()
        assert "all is looked at anew" in caplog.text
