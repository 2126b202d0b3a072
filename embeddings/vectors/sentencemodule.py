"""The packaged models as modules of sentence-transformers, for users of that library."""

from collections.abc import Sequence
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules.input_module import InputModule

from embeddings.vectors.models import PACKAGED, encodable


class PackagedModule(InputModule):
    """The only module of a packaged model: it turns texts into ``sentence_embedding``.

    The model computes without torch, so ``preprocess`` passes the texts on, and ``forward`` makes a
    float32 tensor ``[n, dimension]`` with rows of length 1.

    ``save_pretrained`` writes it like any module. sentence-transformers loads a saved folder with a
    module that is not its own only if it may run remote code; ``PackagedModule.load`` needs no such
    trust.

    Args:
        model: The model's name in the settings.
        threads: Threads to compute on.
    """

    config_keys = ["model", "threads"]  # noqa: RUF012 - the library's way to name what is saved
    save_in_root = True

    def __init__(self, model: str = "e5", threads: int = 1) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch leaves it without types
        self.model = model
        self.threads = threads

    def preprocess(
        self, inputs: Sequence[Any], prompt: str | None = None, **kwargs: object
    ) -> dict[str, Any]:
        """Return the texts, each after the prompt if there is one."""
        del kwargs
        return {"texts": [encodable((prompt or "") + str(text)) for text in inputs]}

    def forward(self, features: dict[str, Any], **kwargs: object) -> dict[str, Any]:
        """Add ``sentence_embedding`` to the features."""
        del kwargs
        vectors = PACKAGED[self.model].encode(features["texts"], self.threads)
        features["sentence_embedding"] = torch.from_numpy(vectors)
        return features

    def get_embedding_dimension(self) -> int:
        """Return the length of a vector."""
        return PACKAGED[self.model].dimension

    def save(
        self, output_path: str, *args: object, safe_serialization: bool = True, **kwargs: object
    ) -> None:
        """Save the configuration; the weights stay in their package."""
        del args, safe_serialization, kwargs
        self.save_config(output_path)


def load(model: str, threads: int = 1, truncate_dim: int | None = None) -> SentenceTransformer:
    """Return a packaged model as a SentenceTransformer with its prompts, on the CPU."""
    packaged = PACKAGED[model]
    return SentenceTransformer(
        modules=[PackagedModule(model, threads)],
        device="cpu",
        truncate_dim=truncate_dim,
        prompts={"query": packaged.query, "document": packaged.document},
    )
