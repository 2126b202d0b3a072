"""The constants of e5's tokens: made by one command, the same each time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from embeddings.ranking.maxsim import normalize
from embeddings.vectors.e5 import Axes
from tests.bench import axes

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def tokens(seed: int, count: int = 3000) -> np.ndarray:
    """Return tokens that lie along two wide axes, then along ever narrower ones."""
    widths = np.concatenate([[30, 20], np.linspace(4, 1, 94)])
    return (np.random.default_rng(seed).normal(size=(count, 96)) * widths + 1).astype(np.float32)


def test_the_widest_two_axes_are_left_out_and_the_next_are_kept_square_to_each_other() -> None:
    made = axes.principal(tokens(1), tokens(2))
    np.testing.assert_allclose(made.axes @ made.axes.T, np.eye(axes.KEPT), atol=1e-4)
    assert np.abs(made.axes[:, :2]).max() < 0.1
    assert np.square(made.axes[:, 2:50]).sum() > 0.8 * 48
    np.testing.assert_allclose(made.query, normalize(tokens(2)).mean(axis=0), atol=1e-6)


def test_one_command_writes_the_same_constants_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Amazon vend son logiciel à la police, et les salariés protestent. " * 3
    line = {"doc_id": "a", "title": "Amazon", "para_id": "1", "text": text}
    asked = {"qid": "1", "question": "Qui proteste ?", "para_ids": ["1"], "answerable": True}
    for name, row in (("corpus.jsonl", line), ("queries.jsonl", asked)):
        (tmp_path / name).write_text(json.dumps(row), encoding="utf-8")
    files = [tmp_path / "one.npz", tmp_path / "two.npz"]
    for file in files:
        monkeypatch.setattr("sys.argv", ["axes", str(tmp_path), "--output", str(file)])
        axes.main()
    assert files[0].read_bytes() == files[1].read_bytes()
    with np.load(files[0]) as made:
        assert set(made.files) == set(Axes.__dataclass_fields__)
        assert made["axes"].shape == Axes.load().axes.shape
