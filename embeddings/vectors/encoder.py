"""Texts to vectors: what an encoder is, the packaged ones, and any of sentence-transformers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from threadpoolctl import ThreadpoolController, threadpool_limits

from embeddings.errors import ModelError
from embeddings.types import BREAK
from embeddings.vectors import checkpoint, e5, e5file, light
from embeddings.vectors.e5 import Read, unit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

    from config.settings import EncoderSettings, Settings

OWNER = "sentence-transformers"
"""Whose models hub names without an owner mean, as in the library of that name."""


class Encoder(Protocol):
    """Makes vectors of length 1, the same for the same text; used by one thread at a time.

    Attributes:
        model_id: Name and revision, with what else decides the vectors: two encoders with one id
            make the same.
        dimension: Length of a vector.
    """

    model_id: str
    dimension: int

    def read_query(self, text: str) -> Read:
        """Return a question's vector, and its tokens where the model makes them."""

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of passages, sentences or titles, shape ``[n, dimension]``."""


@runtime_checkable
class TokenEncoder(Encoder, Protocol):
    """One that also says what it made of each word, in vectors of ``token_dimension``."""

    token_dimension: int

    def read_document(self, text: str) -> Read:
        """Return the vector and the tokens of a passage or a title."""


@dataclass(frozen=True, slots=True)
class Packaged:
    """A model that comes in a package and needs no torch.

    Attributes:
        model_id: The package and its version.
        dimension: Length of a vector.
        encode: Makes vectors of length 1 of texts, on so many threads.
        query: What it reads before a question, unless the settings say otherwise.
        document: What it reads before everything else.
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
"""The models that come with the program, by their names in the settings."""


class PackagedEncoder:
    """A packaged model, read when the first text is encoded.

    A text gets the same vector to the bit from ``e5`` always, and from ``light`` alone; there, in a
    batch, its numbers differ by 1e-6 at the most.
    """

    def __init__(self, model: Packaged, options: EncoderSettings) -> None:
        self._model = model
        self._options = options
        self.model_id = _qualify(model.model_id, options)
        self.dimension = min(options.truncate_dim or model.dimension, model.dimension)

    def read_query(self, text: str) -> Read:
        """Return a question's vector."""
        return e5.Read(self._encode([text], self._options.query_prompt, self._model.query)[0])

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of passages, sentences or titles, shape ``[n, dimension]``."""
        return self._encode(texts, self._options.document_prompt, self._model.document)

    def _encode(self, texts: Sequence[str], ours: str | None, its: str) -> NDArray[np.float32]:
        prompt = its if ours is None else ours
        prompted = [encodable(prompt + text) for text in texts]
        return unit(self._model.encode(prompted, self._options.threads)[:, : self.dimension])


class E5Encoder(PackagedEncoder):
    """The packaged model ``e5``, which also gives the tokens of a text."""

    token_dimension = e5.TOKEN

    def read_query(self, text: str) -> Read:
        """Return a question's vector and its tokens."""
        return self._read(self._options.query_prompt, e5.QUERY, text)

    def read_document(self, text: str) -> Read:
        """Return the vector and the tokens of a passage or a title."""
        return self._read(self._options.document_prompt, e5.PASSAGE, text)

    def _read(self, ours: str | None, its: str, text: str) -> Read:
        read = e5.load(self._options.threads).read(its, encodable(text), ours)
        return replace(read, vector=unit(read.vector[: self.dimension][None])[0])


class SentenceTransformerEncoder:
    """Any sentence-transformers model, by hub name or folder; safetensors, no remote code.

    Questions and documents each get the prompt that the model's own settings name for them
    (``query``; ``document``, ``passage`` or ``corpus``), or the one that our settings give.
    """

    def __init__(self, settings: Settings) -> None:
        """Load the model; raises ModelError when it is not there, or unsafe, or lacks a package."""
        options = settings.encoder
        self._options = options
        found = _find(settings)
        with checkpoint.loading(settings.model):
            self._model = _load(found, options)
            self.dimension = int(self._model.get_embedding_dimension() or 0)
        if not self.dimension:
            raise ModelError(f"The model {settings.model!r} does not say how long its vectors are.")
        self._pools = ThreadpoolController()
        self.model_id = _qualify(found.id, options)

    def read_query(self, text: str) -> Read:
        """Return a question's vector, with the model's own query prompt."""
        with self._pools.limit(limits=self._options.threads):
            vector = self._model.encode_query(
                encodable(text), prompt=self._options.query_prompt, show_progress_bar=False
            )
        return e5.Read(unit(np.asarray(vector, dtype=np.float32)[None])[0])

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors, shape ``[n, dimension]``, with the model's own document prompt."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._pools.limit(limits=self._options.threads):
            vectors = self._model.encode_document(
                [encodable(text) for text in texts],
                prompt=self._options.document_prompt,
                batch_size=self._options.batch_size,
                show_progress_bar=False,
            )
        return unit(np.asarray(vectors, dtype=np.float32))


def load_encoder(settings: Settings) -> Encoder:
    """Return the encoder that the settings name; a packaged one loads nothing yet.

    From then on numpy computes on as many threads as the encoder, here and in the ranking: on
    busy cores two threads take 20 ms for what one does in 1.

    Raises:
        ModelError: The model cannot be loaded.
    """
    threadpool_limits(settings.encoder.threads, user_api="blas")
    packaged = PACKAGED.get(settings.model)
    if packaged is None:
        return SentenceTransformerEncoder(settings)
    if settings.encoder.backend != "torch":
        raise ModelError(
            f"The model {settings.model} runs by itself, and on no other back end: "
            "unset VERBATIM_ENCODER__BACKEND."
        )
    kind = E5Encoder if settings.model == "e5" else PackagedEncoder
    return kind(packaged, settings.encoder)


def name_model(settings: Settings) -> str:
    """Return the id of the model that the settings name, which is found and not loaded.

    Raises:
        ModelError: It is not there, or is not safe to load.
    """
    packaged = PACKAGED.get(settings.model)
    found = packaged.model_id if packaged else _find(settings).id
    return _qualify(found, settings.encoder)


def encodable(text: str) -> str:
    """Return a text as tokenizers read it: ``?`` for each lone surrogate, nothing for BREAK."""
    return text.replace(BREAK, "").encode("utf-8", "replace").decode("utf-8")


def _find(settings: Settings) -> checkpoint.Checkpoint:
    options = settings.encoder
    return checkpoint.find(
        settings.model, owner=OWNER, revision=options.revision, backend=options.backend
    )


def _load(found: checkpoint.Checkpoint, options: EncoderSettings) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer  # takes seconds; few models need it

    checkpoint.limit_torch(options.threads)
    safe, threads = {"use_safetensors": True}, {"INFERENCE_NUM_THREADS": options.threads}
    return SentenceTransformer(
        str(found.folder),
        device="cpu",
        backend=options.backend,
        truncate_dim=options.truncate_dim,
        trust_remote_code=False,
        local_files_only=True,
        model_kwargs=safe if options.backend == "torch" else {"ov_config": threads},
    )


def _qualify(name: str, options: EncoderSettings) -> str:
    """Add to a model's name what else decides its vectors: back end, cut and prompts."""
    backend = f"+{options.backend}" if options.backend != "torch" else ""
    cut = f"/{options.truncate_dim}" if options.truncate_dim else ""
    prompts = (options.query_prompt, options.document_prompt)
    mark = hashlib.sha256(repr(prompts).encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name}{backend}{cut}" + (f"#{mark}" if prompts != (None, None) else "")
