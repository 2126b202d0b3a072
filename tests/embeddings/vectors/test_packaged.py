"""The packaged models: by themselves, and as modules of sentence-transformers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_info, threadpool_limits

from config.groups import EncoderSettings
from config.settings import Settings
from embeddings.vectors import light
from embeddings.vectors.models import PACKAGED, PackagedEncoder, load_encoder

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


def encoder(model: str = "light", **options: object) -> PackagedEncoder:
    made = load_encoder(Settings(model=model, encoder=EncoderSettings(**options)))
    assert isinstance(made, PackagedEncoder)
    return made


@pytest.fixture(params=sorted(PACKAGED))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_meaning_is_near_across_languages(name: str) -> None:
    made = encoder(name)
    question = made.encode_query("Which company do the employees criticise?").vector
    near, far = made.encode_documents([TEXTS[0], "La tarte aux pommes cuit quarante minutes."])
    assert question @ near > question @ far + 0.05


def test_the_batch_does_not_change_a_vector(name: str) -> None:
    made = encoder(name)
    alone = np.concatenate([made.encode_documents([text]) for text in TEXTS])
    np.testing.assert_allclose(made.encode_documents(TEXTS), alone, atol=SAME)
    assert np.array_equal(made.encode_documents(TEXTS), made.encode_documents(TEXTS))


def test_a_question_and_a_document_have_the_prompts_of_the_model_or_ours(name: str) -> None:
    plain, made = encoder(name, query_prompt="", document_prompt=""), encoder(name)
    ours = encoder(name, query_prompt="Q: ", document_prompt="D: ")
    packaged = PACKAGED[name]
    for question, document, own in [
        (packaged.query, packaged.document, made),
        ("Q: ", "D: ", ours),
    ]:
        asked, read = own.encode_query("le chat").vector, own.encode_documents(["le chat"])[0]
        assert np.array_equal(asked, plain.encode_query(f"{question}le chat").vector)
        assert np.array_equal(read, plain.encode_query(f"{document}le chat").vector)


def test_cut_vectors_are_the_first_numbers_scaled_to_length_one(name: str) -> None:
    cut, whole = encoder(name, truncate_dim=64), encoder(name)
    first = whole.encode_documents(TEXTS)[:, :64]
    expected = first / np.linalg.norm(first, axis=1, keepdims=True)
    assert cut.dimension == 64
    assert cut.encode_documents([]).shape == (0, 64)
    np.testing.assert_allclose(cut.encode_documents(TEXTS), expected, atol=SAME)
    beyond = encoder(name, truncate_dim=4096)
    assert beyond.dimension == beyond.encode_query("x").vector.size == PACKAGED[name].dimension


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_any_text_has_a_finite_vector_of_length_one(text: str) -> None:
    for each in PACKAGED:
        vector = encoder(each).encode_query(text).vector
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)


def test_a_lone_surrogate_reads_as_a_question_mark(name: str) -> None:
    made = encoder(name)
    assert np.array_equal(made.encode_query("a\ud800b").vector, made.encode_query("a?b").vector)
    assert np.isfinite(made.encode_documents(["\udfff", "a\ud800b"])).all()


@pytest.mark.parametrize(
    "typed",
    ["Qui a écrit l’appel", "Qui a écrit l'appel?", "Qui a écrit l’appel\u202f?", "{} ?? !"],
)
def test_a_question_reads_alike_however_its_marks_are_typed(name: str, typed: str) -> None:
    made, plain = encoder(name), "Qui a écrit l'appel"
    asked, other = made.encode_query(typed.format(plain)), made.encode_query(plain)
    assert np.array_equal(asked.vector, other.vector)
    assert (asked.text, asked.words) == (plain, other.words)


def test_marks_alone_are_encoded_as_they_are(name: str) -> None:
    assert encoder(name).encode_query("?!").text == "?!"


def test_a_mark_without_width_changes_no_vector(name: str) -> None:
    read = encoder(name).encode_query
    one, other = map(read, ["Le pont, fermé.", "Le pont\u200b, \u200bfermé."])
    assert np.array_equal(one.vector, other.vector)


def test_the_name_says_what_changes_the_vectors(name: str) -> None:
    changes: list[dict[str, object]] = [
        {}, {"truncate_dim": 64}, {"query_prompt": "Q: "}, {"document_prompt": "Q: "},
    ]  # fmt: skip
    assert len({encoder(name, **options).model_id for options in changes}) == len(changes)
    assert encoder(name).model_id == encoder(name, threads=2, batch_size=3).model_id


def test_sentence_transformers_makes_the_same_vectors(name: str) -> None:
    from embeddings.vectors import sentencemodule as modules

    model, made = modules.load(name), encoder(name)
    assert model.get_embedding_dimension() == made.dimension
    np.testing.assert_allclose(
        model.encode_document(TEXTS), made.encode_documents(TEXTS), atol=SAME
    )
    np.testing.assert_allclose(
        model.encode_query("Qui"), made.encode_query("Qui").vector, atol=SAME
    )


def test_a_saved_module_reads_back_the_same(name: str, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    from embeddings.vectors import sentencemodule as modules

    model = modules.load(name, threads=2)
    model.save_pretrained(str(tmp_path))
    module = modules.PackagedModule.load(str(tmp_path))
    assert (module.model, module.threads) == (name, 2)
    trusted = SentenceTransformer(str(tmp_path), device="cpu", trust_remote_code=True)
    assert isinstance(trusted[0], modules.PackagedModule)
    assert np.array_equal(trusted.encode(["x"]), model.encode(["x"]))


def test_the_model_computes_on_as_many_threads_as_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    light._load.cache_clear()  # it knows the libraries that were loaded before it
    backend = light._load(1)
    seen: list[int] = []

    def watch(texts: list[str]) -> NDArray[np.float32]:
        seen.extend(p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas")
        return np.zeros((len(texts), 512), np.float32)

    monkeypatch.setattr(backend, "_encode", watch)
    with threadpool_limits(2, user_api="blas"):
        light.encode(["x"], threads=1)
    assert set(seen) == {1}


def test_numpy_ranks_on_as_many_threads_as_the_encoder_has() -> None:
    with threadpool_limits(2, user_api="blas"):
        encoder(threads=1)
        assert {p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas"} == {1}


def test_neither_questions_nor_documents_need_torch(name: str) -> None:
    program = (
        "import sys\n"
        "from config.settings import Settings\n"
        "from embeddings.vectors.models import load_encoder\n"
        f"encoder = load_encoder(Settings(model={name!r}))\n"
        "encoder.encode_query('Qui ?').vector, encoder.encode_documents(['Une phrase.'] * 300)\n"
        "print(*{'torch', 'transformers', 'sentence_transformers'} & set(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
