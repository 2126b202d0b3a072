"""What the watcher knows survives a restart, and a damaged file costs nothing but a second look."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.watching.memory import NAME, FeedMemory, Memory, remember, remembered

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
def test_what_is_kept_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, memory: Memory
) -> None:
    data = tmp_path_factory.getbasetemp()
    remember(data, memory)
    assert remembered(data) == memory


def test_a_new_data_folder_knows_nothing(tmp_path: Path) -> None:
    assert remembered(tmp_path) == Memory()


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"files": {"a": [1]}}', b"\xff"])
def test_a_damaged_file_is_told_and_begun_anew(
    tmp_path: Path, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / NAME).write_bytes(data)
    assert remembered(tmp_path) == Memory()
    assert NAME in caplog.text
