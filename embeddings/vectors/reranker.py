"""A CrossEncoder's second look at the best candidates: question and passage read together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import ThreadpoolController

from embeddings.errors import ModelError
from embeddings.vectors import checkpoint
from embeddings.vectors.encoder import encodable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from sentence_transformers import CrossEncoder

    from config.settings import Settings

OWNER = "cross-encoder"
"""Whose models hub names without an owner mean, as in sentence-transformers."""
TOP = 20
"""Candidates that are looked at again: a passage costs a whole pass through the model."""
YES_NO = 2
"""Labels of a model that says no and yes, in this order."""


class Reranker:
    """A sentence-transformers CrossEncoder by hub name or folder; safetensors, no remote code.

    It says how probable it is that a passage answers, and is used by one thread at a time.

    A model with one label says how well a passage answers: its probability is the sigmoid of
    that. One with two says no and yes: it is the softmax's second. With more there is no telling
    which label means that a passage answers, so such a model is refused.
    """

    def __init__(self, settings: Settings) -> None:
        """Load the model that the setting ``reranker`` names.

        Raises:
            ModelError: It is not there, is not safe to load, or is no reranker.
        """
        name = settings.reranker or ""
        self._options = settings.encoder
        found = checkpoint.find(name, owner=OWNER)
        _check_head(found, name)
        with checkpoint.loading(name):
            self._model = _load(found, self._options.threads)
            self._labels = int(self._model.num_labels)
        if self._labels not in (1, YES_NO):
            raise ModelError(
                f"The model {name!r} has {self._labels} labels, and a reranker has one or two: "
                "choose another, or unset VERBATIM_RERANKER."
            )
        self._pools = ThreadpoolController()

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """Return a probability in [0, 1] for each passage, float32, shape ``[n]``."""
        if not passages:
            return np.zeros(0, dtype=np.float32)
        asked = encodable(question)
        with self._pools.limit(limits=self._options.threads):
            logits = self._model.predict(
                [(asked, encodable(passage)) for passage in passages],
                batch_size=self._options.batch_size,
                show_progress_bar=False,
            )
        return _probabilities(np.asarray(logits, dtype=np.float64).reshape(-1, self._labels))


def rerank(question: str, passages: Sequence[str], reranker: Reranker) -> tuple[int, ...]:
    """Return a new order of candidates: the reranker's over the best, then the others as they were.

    Args:
        question: The question's words.
        passages: The candidates' words, best first.
        reranker: What reads the best of them again.
    """
    sure = reranker.scores(question, passages[:TOP])
    best = np.argsort(-sure, kind="stable").tolist()  # equals stay as they were
    return (*best, *range(len(best), len(passages)))


def load_reranker(settings: Settings) -> Reranker | None:
    """Return the reranker that the settings name, or None; raises ModelError as it is loaded."""
    return Reranker(settings) if settings.reranker else None


def _load(found: checkpoint.Checkpoint, threads: int) -> CrossEncoder:
    import torch  # takes seconds, and only a reranker needs it
    from sentence_transformers import CrossEncoder  # the same

    checkpoint.limit_torch(threads)
    model: CrossEncoder = CrossEncoder(
        str(found.folder),
        device="cpu",
        activation_fn=torch.nn.Identity(),  # not the one that the model's files name: logits
        trust_remote_code=False,
        local_files_only=True,
        model_kwargs={"use_safetensors": True},
    )
    return model


def _check_head(found: checkpoint.Checkpoint, name: str) -> None:
    """Refuse a model that only makes vectors: it would be given a head of random weights."""
    saved_as = found.setting("config_sentence_transformers.json").get("model_type")
    kinds = found.setting("config.json").get("architectures") or ()
    scores = any(str(kind).endswith(("ForSequenceClassification", "ForCausalLM")) for kind in kinds)
    if saved_as != "CrossEncoder" and not scores:
        raise ModelError(
            f"The model {name!r} is not a reranker: it does not score a question with a passage. "
            "Choose a CrossEncoder, or unset VERBATIM_RERANKER."
        )


def _probabilities(logits: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the probability of yes, shape ``[n]``, from logits of shape ``[n, 1]`` or ``[n, 2]``.

    The sigmoid of one logit, or of yes minus no, which is the softmax over two. Written with tanh,
    it does not overflow.
    """
    yes = logits[:, -1] - (logits[:, 0] if logits.shape[1] == YES_NO else 0.0)
    return np.asarray(0.5 * (1 + np.tanh(yes / 2)), dtype=np.float32)
