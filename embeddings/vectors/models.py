"""The models that answer: packaged encoders, any of sentence-transformers, and rerankers."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController, threadpool_limits

from config.groups import EncoderSettings
from config.settings import Settings
from embeddings.errors import ModelError
from embeddings.ranking.maxsim import Encoding, normalize
from embeddings.types import BREAK
from embeddings.vectors import checkpoint, e5, e5file, light

ENCODERS, RERANKERS = "sentence-transformers", "cross-encoder"
"""The hub's owners of model names without one, as in sentence-transformers."""
RERANKED = 20
"""Candidates that are reranked: each costs a pass through the whole model."""
YES_NO = 2
"""Number of labels of a model that says no and yes, in this order."""

_END = re.compile(r"(?<![\s?!])[\s?!]+\Z")


class Encoder(Protocol):
    """Encodes texts as vectors of length 1, equal texts equally; for one thread at a time.

    Attributes:
        model_id: Name and revision, with all else that decides the vectors: encoders with equal ids
            make equal vectors.
        dimension: Length of a vector.
    """

    model_id: str
    dimension: int

    def encode_query(self, text: str) -> Encoding:
        """Return a question's vector, with its token vectors if the model makes them."""

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of passages, sentences or titles, shape ``[n, dimension]``."""


@runtime_checkable
class TokenEncoder(Encoder, Protocol):
    """An encoder that also makes a vector of ``token_dimension`` for each token."""

    token_dimension: int

    def encode_document(self, text: str) -> Encoding:
        """Return the vector and token vectors of a passage or a title."""


@dataclass(frozen=True, slots=True)
class Packaged:
    """A model that comes in a package and does not need torch.

    Attributes:
        model_id: The package and its version.
        dimension: Length of a vector.
        encode: Encodes texts as vectors of length 1, on a number of threads.
        query: Prompt before a question, unless the settings give one.
        document: Prompt before any other text.
    """

    model_id: str
    dimension: int
    encode: Callable[[Sequence[str], int], NDArray[np.float32]]
    query: str = ""
    document: str = ""


PACKAGED: Mapping[str, Packaged] = {
    "e5": Packaged(e5.ID, e5file.DIMENSION, e5.encode, e5.QUERY, e5.PASSAGE),
    "light": Packaged(light.ID, light.DIMENSION, light.encode),
}
"""Name in the settings -> each model that comes with the program."""


class PackagedEncoder:
    """A packaged model, loaded when it first encodes.

    ``e5`` encodes equal texts to equal bits. ``light`` does so for one text a call; in a batch, its
    numbers differ by up to 1e-6.
    """

    def __init__(self, model: Packaged, options: EncoderSettings) -> None:
        self._model = model
        self._options = options
        self.model_id = _qualify(model.model_id, options)
        self.dimension = min(options.truncate_dim or model.dimension, model.dimension)

    def encode_query(self, text: str) -> Encoding:
        """Return a question's vector."""
        text = simplify(text)
        vectors = self._encode([text], self._options.query_prompt, self._model.query)
        return Encoding(text, vectors[0])

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of passages, sentences or titles, shape ``[n, dimension]``."""
        return self._encode(texts, self._options.document_prompt, self._model.document)

    def _encode(self, texts: Sequence[str], given: str | None, prompt: str) -> NDArray[np.float32]:
        prompt = prompt if given is None else given
        prompted = [encodable(prompt + text) for text in texts]
        return normalize(self._model.encode(prompted, self._options.threads)[:, : self.dimension])


class E5Encoder(PackagedEncoder):
    """The packaged model ``e5``, which also makes token vectors."""

    token_dimension = e5.TOKEN_DIMENSION

    def encode_query(self, text: str) -> Encoding:
        """Return a question's vector and token vectors."""
        return self._encode_text(self._options.query_prompt, e5.QUERY, simplify(text))

    def encode_document(self, text: str) -> Encoding:
        """Return the vector and token vectors of a passage or a title."""
        return self._encode_text(self._options.document_prompt, e5.PASSAGE, text)

    def _encode_text(self, given: str | None, prompt: str, text: str) -> Encoding:
        encoding = e5.load(self._options.threads).encode_text(prompt, encodable(text), given)
        return replace(
            encoding, text=text, vector=normalize(encoding.vector[: self.dimension][None])[0]
        )


class SentenceTransformerEncoder:
    """Any sentence-transformers model, by hub name or folder; safetensors only, no remote code.

    Questions and documents get the prompts that the model's configuration names for them
    (``query``; ``document``, ``passage`` or ``corpus``), unless the settings give others.
    """

    def __init__(self, settings: Settings) -> None:
        """Load the model; raises ModelError if it is missing, unsafe, or lacks a package."""
        self._options = settings.encoder
        files = _find(settings)
        self._model = checkpoint.load(
            "SentenceTransformer",
            files,
            self._options.threads,
            truncate_dim=self._options.truncate_dim,
        )
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        if not self.dimension:
            raise ModelError(f"The model {settings.model!r} does not say how long its vectors are.")
        self._pools = ThreadpoolController()
        self.model_id = _qualify(files.id, self._options)

    def encode_query(self, text: str) -> Encoding:
        """Return a question's vector, encoded with the query prompt."""
        text = simplify(text)
        with self._pools.limit(limits=self._options.threads):
            vector = self._model.encode_query(
                encodable(text), prompt=self._options.query_prompt, show_progress_bar=False
            )
        return Encoding(text, normalize(np.asarray(vector, dtype=np.float32)[None])[0])

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors, shape ``[n, dimension]``, encoded with the document prompt."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._pools.limit(limits=self._options.threads):
            vectors = self._model.encode_document(
                [encodable(text) for text in texts],
                prompt=self._options.document_prompt,
                batch_size=self._options.batch_size,
                show_progress_bar=False,
            )
        return normalize(np.asarray(vectors, dtype=np.float32))


def load_encoder(settings: Settings) -> Encoder:
    """Return the encoder that the settings name; packaged models are not loaded yet.

    From then on numpy, the ranking's too, uses as many BLAS threads as the encoder: on busy cores,
    two threads take 20 ms for what one does in 1.

    Raises:
        ModelError: The model cannot be loaded.
    """
    threadpool_limits(settings.encoder.threads, user_api="blas")
    packaged = PACKAGED.get(settings.model)
    if packaged is None:
        return SentenceTransformerEncoder(settings)
    kind = E5Encoder if settings.model == "e5" else PackagedEncoder
    return kind(packaged, settings.encoder)


def name_model(settings: Settings) -> str:
    """Return the id of the model that the settings name, which is not loaded; raises ModelError."""
    packaged = PACKAGED.get(settings.model)
    name = packaged.model_id if packaged else _find(settings).id
    return _qualify(name, settings.encoder)


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
        files = checkpoint.find(name, owner=RERANKERS)
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
    """Return the new order of candidates, as indexes: the first reranked, then the others."""
    scores = reranker.scores(question, passages[:RERANKED])
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


def simplify(question: str) -> str:
    """Return a question with ' for ’ and without its last "?": models tell these apart."""
    return _END.sub("", question.replace("’", "'")) or question


def encodable(text: str) -> str:
    """Return a text that tokenizers accept: ``?`` for each lone surrogate, and without BREAK."""
    return text.replace(BREAK, "").encode("utf-8", "replace").decode("utf-8")


def _find(settings: Settings) -> checkpoint.Checkpoint:
    return checkpoint.find(settings.model, owner=ENCODERS, revision=settings.encoder.revision)


def _qualify(name: str, options: EncoderSettings) -> str:
    """Add to a model's name all else that decides its vectors: dimension and prompts."""
    cut = f"/{options.truncate_dim}" if options.truncate_dim else ""
    prompts = (options.query_prompt, options.document_prompt)
    digest = hashlib.sha256(repr(prompts).encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name}{cut}" + (f"#{digest}" if prompts != (None, None) else "")
