"""The packaged multilingual model as a sentence-transformers module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules.input_module import InputModule

from embeddings.vectors import universal

if TYPE_CHECKING:
    from collections.abc import Sequence


class BundledModule(InputModule):
    """Texts in, ``sentence_embedding`` out: the only module of the bundled model.

    The model computes in numpy, so ``preprocess`` hands the texts through and ``forward`` makes
    a float32 tensor of shape ``[n, 512]`` with rows of length 1.

    ``save_pretrained`` writes it like any module. sentence-transformers gives a saved folder back
    only to who trusts its code, as with every module that is not its own; ``BundledModule.load``
    reads the folder without that.
    """

    config_keys = ["threads"]  # noqa: RUF012 - the library's way to name what is saved
    save_in_root = True

    def __init__(self, threads: int = 1) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch leaves it without types
        self.threads = threads

    def preprocess(
        self, inputs: Sequence[Any], prompt: str | None = None, **kwargs: object
    ) -> dict[str, Any]:
        """Return the texts, each behind the prompt when there is one."""
        del kwargs
        return {"texts": [(prompt or "") + str(text) for text in inputs]}

    def forward(self, features: dict[str, Any], **kwargs: object) -> dict[str, Any]:
        """Add ``sentence_embedding`` to the features."""
        del kwargs
        vectors = universal.encode(features["texts"], self.threads)
        features["sentence_embedding"] = torch.from_numpy(vectors)
        return features

    def get_embedding_dimension(self) -> int:
        """Return the length of a vector."""
        return universal.DIMENSION

    def save(
        self, output_path: str, *args: object, safe_serialization: bool = True, **kwargs: object
    ) -> None:
        """Write the configuration; the weights stay in their package."""
        del args, safe_serialization, kwargs
        self.save_config(output_path)


def load(threads: int = 1, truncate_dim: int | None = None) -> SentenceTransformer:
    """Return the bundled model, ready to encode on the CPU."""
    module = BundledModule(threads)
    return SentenceTransformer(modules=[module], device="cpu", truncate_dim=truncate_dim)
