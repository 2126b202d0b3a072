"""What the watcher knows survives a restart, and a damaged note costs nothing but a second look."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.watching.watched import NOTE, FeedMemory, Memory
from tests.embeddings.intake import FakeIntake

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
feeds = st.builds(
    FeedMemory,
    looked=st.floats(0, 1e12),
    marks=st.dictionaries(words, words, max_size=2),
    entries=st.dictionaries(words, words, max_size=3),
    failures=st.dictionaries(words, st.integers(0, 9), max_size=3),
)
stamps = st.tuples(st.integers(0, 2**60), st.integers(0, 2**62), st.integers(0, 2**62))
memories = st.builds(
    Memory,
    files=st.dictionaries(words, stamps, max_size=3),
    feeds=st.dictionaries(words, feeds, max_size=2),
)


@given(memory=memories)
def test_what_is_kept_is_read_back_as_it_was(memory: Memory) -> None:
    notes = FakeIntake()
    asyncio.run(memory.remember(notes))
    assert asyncio.run(Memory.recall(notes)) == memory


async def test_a_new_store_knows_nothing() -> None:
    assert await Memory.recall(FakeIntake()) == Memory()


async def test_a_damaged_note_is_told_and_begun_anew(caplog: pytest.LogCaptureFixture) -> None:
    for damaged in ("{", "[]", '{"files": {"a": [1]}}'):
        caplog.clear()
        assert await Memory.recall(FakeIntake(notes={NOTE: damaged})) == Memory()
        assert "all is looked at anew" in caplog.text
