"""The models that answer: the encoder, and a CrossEncoder that reranks the best candidates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from config.settings import Settings
from embeddings.errors import ModelError
from embeddings.vectors import checkpoint
from embeddings.vectors.encoder import Encoder, encodable, load_encoder

OWNER = "cross-encoder"
"""The hub's owner of model names without one, as in sentence-transformers."""
TOP = 20
"""Candidates that are reranked: each costs a pass through the whole model."""
YES_NO = 2
"""Number of labels of a model that says no and yes, in this order."""


class Reranker:
    """A sentence-transformers CrossEncoder by hub name or folder; safetensors only, no remote code.

    It returns the probability that a passage answers; for one thread at a time.

    With one label, the probability is the sigmoid of its logit. With two, no and yes, it is the
    second of their softmax. With more, nothing tells which label means an answer, so such a model
    is refused.
    """

    def __init__(self, settings: Settings) -> None:
        """Load the model that the setting ``reranker`` names; raises ModelError if it is none."""
        name = settings.reranker or ""
        self._options = settings.encoder
        files = checkpoint.find(name, owner=OWNER)
        _check_head(files, name)
        self._model = checkpoint.load("CrossEncoder", files, self._options.threads)
        self._labels = int(self._model.num_labels)
        if self._labels not in (1, YES_NO):
            raise ModelError(
                f"The model {name!r} has {self._labels} labels, and a reranker has one or two: "
                "choose another, or unset VERBATIM_RERANKER."
            )
        self._pools = ThreadpoolController()

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """Return a probability in [0, 1] for each passage, float32, shape ``[n]``."""
        from torch.nn import Identity, Sigmoid  # loaded with the model

        is_one, query = self._labels == 1, encodable(question)
        pairs = [(query, encodable(passage)) for passage in passages]
        with self._pools.limit(limits=self._options.threads):
            scores = self._model.predict(
                pairs,
                batch_size=self._options.batch_size,
                show_progress_bar=False,
                activation_fn=(Sigmoid if is_one else Identity)(),  # whatever its files name
                apply_softmax=not is_one,
            )
        return np.asarray(scores, np.float32).reshape(-1, self._labels)[:, -1]


@dataclass(frozen=True, slots=True)
class Models:
    """The models used to answer; only one thread may use them at a time."""

    encoder: Encoder
    reranker: Reranker | None = None

    @classmethod
    def load(cls, settings: Settings, encoder: Encoder | None = None) -> Self:
        """Load the models that the settings name, unless an encoder is given; raises ModelError."""
        used = encoder or load_encoder(settings)
        return cls(used, Reranker(settings) if settings.reranker else None)


def rerank(question: str, passages: Sequence[str], reranker: Reranker) -> tuple[int, ...]:
    """Return the new order of candidates, as indexes: the first TOP reranked, then the others."""
    scores = reranker.scores(question, passages[:TOP])
    best = np.argsort(-scores, kind="stable").tolist()  # ties keep their order
    return (*best, *range(len(best), len(passages)))


def _check_head(files: checkpoint.Checkpoint, name: str) -> None:
    """Raise ModelError for a mere encoder, to which the library would add random weights."""
    saved_as = files.setting("config_sentence_transformers.json").get("model_type")
    kinds = files.setting("config.json").get("architectures") or ()
    scores = any(str(kind).endswith(("ForSequenceClassification", "ForCausalLM")) for kind in kinds)
    if saved_as != "CrossEncoder" and not scores:
        raise ModelError(
            f"The model {name!r} is not a reranker: it does not score a question with a passage. "
            "Choose a CrossEncoder, or unset VERBATIM_RERANKER."
        )
