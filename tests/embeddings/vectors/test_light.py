"""The packaged model: as a sentence-transformers module, and by itself for questions."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer
from threadpoolctl import threadpool_info, threadpool_limits

from config.settings import EncoderSettings, Settings
from embeddings.vectors import light as bundled
from embeddings.vectors import universal
from embeddings.vectors.encoder import FEW, BundledEncoder, _much_to_import, load_encoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[3]
TEXTS = [
    "Les employés d'Amazon critiquent leur direction.",
    "Who uses Palantir's tools?",
    "",
    "x",
    "Qui ? " * 300,
]
SAME = 1e-6
"""How far the numbers of one text's vectors may differ between two batches."""


def encoder(**options: object) -> BundledEncoder:
    made = load_encoder(Settings(encoder=EncoderSettings(**options)))
    assert isinstance(made, BundledEncoder)
    return made


def cosine(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@pytest.fixture(scope="module")
def model() -> SentenceTransformer:
    return bundled.load()


def test_sentence_transformers_runs_the_module(model: SentenceTransformer) -> None:
    vectors = model.encode_document(TEXTS)
    assert vectors.shape == (len(TEXTS), universal.DIMENSION)
    np.testing.assert_allclose(vectors, universal.encode(TEXTS), atol=SAME)


def test_sentence_transformers_knows_the_dimension(model: SentenceTransformer) -> None:
    assert model.get_embedding_dimension() == 512


def test_meaning_is_near_across_languages(model: SentenceTransformer) -> None:
    question = model.encode_query("Which company do the employees criticise?")
    near, far = model.encode_document([TEXTS[0], "La tarte aux pommes cuit quarante minutes."])
    assert cosine(question, near) > cosine(question, far) + 0.2


def test_a_prompt_is_put_before_the_text_once(model: SentenceTransformer) -> None:
    assert np.array_equal(
        model.encode_query("le chat", prompt="question : "),
        universal.encode(["question : le chat"])[0],
    )


def test_a_saved_folder_reads_back_the_same(model: SentenceTransformer, tmp_path: Path) -> None:
    model.save_pretrained(str(tmp_path))
    module = bundled.BundledModule.load(str(tmp_path))
    again = SentenceTransformer(modules=[module], device="cpu")
    assert np.array_equal(again.encode(TEXTS), model.encode(TEXTS))


def test_a_saved_folder_keeps_its_number_of_threads(tmp_path: Path) -> None:
    bundled.load(threads=2).save_pretrained(str(tmp_path))
    assert bundled.BundledModule.load(str(tmp_path)).threads == 2


def test_sentence_transformers_finds_the_module_by_its_path_once_trusted(
    model: SentenceTransformer, tmp_path: Path
) -> None:
    model.save_pretrained(str(tmp_path))
    again = SentenceTransformer(str(tmp_path), device="cpu", trust_remote_code=True)
    assert isinstance(again[0], bundled.BundledModule)
    assert np.array_equal(again.encode(TEXTS), model.encode(TEXTS))


@pytest.fixture(params=[0, FEW], ids=["through sentence-transformers", "directly"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Encode documents through sentence-transformers from the first on, or not at all."""
    monkeypatch.setattr("embeddings.vectors.encoder.FEW", request.param)


@pytest.mark.usefixtures("either_way")
def test_a_question_alone_has_the_vector_of_a_document_alone_to_the_bit() -> None:
    made = encoder()
    for text in TEXTS:
        assert np.array_equal(made.encode_query(text), made.encode_documents([text])[0])


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("batch_size", [1, 3, 64])
def test_the_batch_does_not_change_a_vector(batch_size: int) -> None:
    made = encoder(batch_size=batch_size)
    alone = np.stack([made.encode_query(text) for text in TEXTS * 4])
    np.testing.assert_allclose(made.encode_documents(TEXTS * 4), alone, atol=SAME)


@pytest.mark.usefixtures("either_way")
def test_encoding_again_gives_the_same_bits() -> None:
    made = encoder()
    assert np.array_equal(made.encode_documents(TEXTS), made.encode_documents(TEXTS))


@pytest.mark.usefixtures("either_way")
def test_cut_vectors_are_the_first_numbers_scaled_to_length_one() -> None:
    cut, whole = encoder(truncate_dim=64), encoder()
    vectors = cut.encode_documents(TEXTS)
    first = whole.encode_documents(TEXTS)[:, :64]
    assert cut.dimension == 64
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=SAME)
    np.testing.assert_allclose(
        vectors, first / np.linalg.norm(first, axis=1, keepdims=True), atol=SAME
    )
    np.testing.assert_allclose(cut.encode_query(TEXTS[0]), vectors[0], atol=SAME)


@pytest.mark.usefixtures("either_way")
def test_a_cut_beyond_the_model_leaves_it_whole() -> None:
    made = encoder(truncate_dim=4096)
    assert made.dimension == 512
    assert made.encode_documents(["x"]).shape == (1, 512)


@pytest.mark.usefixtures("either_way")
def test_no_texts_give_no_vectors() -> None:
    assert encoder(truncate_dim=64).encode_documents([]).shape == (0, 64)
    assert universal.encode([]).shape == (0, 512)


@pytest.mark.usefixtures("either_way")
def test_an_empty_text_has_a_vector_of_length_one() -> None:
    assert np.linalg.norm(encoder().encode_documents(["", "x"])[0]) == pytest.approx(1, abs=1e-5)


@pytest.mark.usefixtures("either_way")
def test_a_lone_surrogate_reads_as_a_question_mark() -> None:
    made = encoder()
    assert np.array_equal(made.encode_query("a\ud800b"), made.encode_query("a?b"))
    assert np.isfinite(made.encode_documents(["\udfff", "a\ud800b"])).all()


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_any_text_has_a_finite_vector_of_length_one(text: str) -> None:
    vector = encoder().encode_query(text)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)


@pytest.mark.usefixtures("either_way")
def test_our_prompts_are_put_before_questions_and_documents() -> None:
    made = encoder(query_prompt="Q: ", document_prompt="D: ")
    assert np.array_equal(made.encode_query("le chat"), encoder().encode_query("Q: le chat"))
    assert np.array_equal(
        made.encode_documents(["le chat"])[0], encoder().encode_query("D: le chat")
    )


def test_the_name_says_what_changes_the_vectors() -> None:
    names = {
        encoder(**options).model_id
        for options in (
            {},
            {"truncate_dim": 64},
            {"query_prompt": "Q: "},
            {"document_prompt": "Q: "},
        )
    }
    assert len(names) == 4
    assert encoder().model_id == encoder(threads=2, batch_size=3).model_id


def test_the_model_computes_on_as_many_threads_as_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = universal._model(1)._model
    seen: list[int] = []

    def watch(texts: list[str]) -> NDArray[np.float32]:
        seen.extend(p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas")
        return np.zeros((len(texts), 512), np.float32)

    monkeypatch.setattr(backend, "_encode", watch)
    with threadpool_limits(2, user_api="blas"):
        universal.encode(["x"], threads=1)
    assert seen
    assert set(seen) == {1}


def test_numpy_ranks_on_as_many_threads_as_the_encoder_has() -> None:
    with threadpool_limits(2, user_api="blas"):
        encoder(threads=1)
        assert {p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas"} == {1}


@pytest.mark.parametrize("collecting", [True, False])
def test_garbage_is_collected_after_the_imports_as_it_was_before(collecting: bool) -> None:
    before = gc.isenabled()
    (gc.enable if collecting else gc.disable)()
    try:
        with _much_to_import():
            assert not gc.isenabled()
        assert gc.isenabled() is collecting
    finally:
        (gc.enable if before else gc.disable)()


HEAVY = {"torch", "transformers", "sentence_transformers"}


def imported(line: str) -> set[str]:
    """Return which of the heavy libraries a fresh process has after it ran a line."""
    program = (
        "import sys\n"
        "from config.settings import Settings\n"
        "from embeddings.vectors.encoder import FEW, load_encoder\n"
        f"encoder = load_encoder(Settings())\n{line}\n"
        f"print(*{HEAVY} & set(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_a_question_is_encoded_without_torch() -> None:
    assert imported("assert encoder.encode_query('Qui ?').shape == (512,)") == set()


def test_a_few_texts_are_encoded_without_torch() -> None:
    half = "encoder.encode_documents(['Une phrase.'] * (FEW // 2))"
    assert imported(f"{half}; {half}") == set()


def test_many_texts_are_encoded_by_sentence_transformers() -> None:
    few = "encoder.encode_documents(['Une phrase.'] * FEW)"
    assert imported(f"{few}; encoder.encode_documents(['Et une de plus.'])") == HEAVY
