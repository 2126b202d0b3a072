"""Other engines behind one face, each used as its own documentation begins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

TOP = 10
"""How many passages each is asked for."""


class Peer:
    """Another engine: ids and texts in, ids out."""

    needs: ClassVar[str]
    """The module that has to be installed."""

    def __init__(self, folder: Path, encode: Callable[[list[str]], np.ndarray]) -> None:
        self.folder = folder
        self.encode = encode

    def build(self, ids: list[str], texts: list[str]) -> None:
        raise NotImplementedError

    def update(self, ids: list[str], texts: list[str]) -> None:
        """Put other texts in the place of some."""
        raise NotImplementedError

    def ask(self, question: str) -> list[str]:
        """Return the ids of the best passages."""
        raise NotImplementedError


class Bm25s(Peer):
    needs = "bm25s"

    def build(self, ids: list[str], texts: list[str]) -> None:
        import bm25s

        self._bm25s, self._ids, self._texts = bm25s, ids, dict(zip(ids, texts, strict=True))
        self._index = bm25s.BM25()
        self._index.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)
        self._index.save(str(self.folder))

    def update(self, ids: list[str], texts: list[str]) -> None:
        self._texts |= dict(zip(ids, texts, strict=True))
        self.build(list(self._texts), list(self._texts.values()))

    def ask(self, question: str) -> list[str]:
        tokens = self._bm25s.tokenize([question], show_progress=False)
        rows, _ = self._index.retrieve(tokens, k=TOP, show_progress=False)
        return [self._ids[row] for row in rows[0].tolist()]


class Txtai(Peer):
    needs = "txtai"

    def build(self, ids: list[str], texts: list[str]) -> None:
        from txtai import Embeddings

        self._index = Embeddings(
            method="external",
            transform=lambda texts: self.encode(list(texts)),
            content=True,
            backend="faiss",
            hybrid=True,
        )
        self._index.index((i, text, None) for i, text in zip(ids, texts, strict=True))
        self._index.save(str(self.folder))

    def update(self, ids: list[str], texts: list[str]) -> None:
        self._index.upsert((i, text, None) for i, text in zip(ids, texts, strict=True))
        self._index.save(str(self.folder))

    def ask(self, question: str) -> list[str]:
        return [found["id"] for found in self._index.search(question, TOP)]


class Haystack(Peer):
    needs = "haystack"

    def build(self, ids: list[str], texts: list[str]) -> None:
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        self._store = InMemoryDocumentStore(embedding_similarity_function="dot_product")
        self.update(ids, texts)

    def update(self, ids: list[str], texts: list[str]) -> None:
        from haystack import Document
        from haystack.document_stores.types import DuplicatePolicy

        vectors = self.encode(texts).tolist()
        triples = zip(ids, texts, vectors, strict=True)
        self._store.write_documents(
            [Document(id=i, content=t, embedding=v) for i, t, v in triples],
            policy=DuplicatePolicy.OVERWRITE,
        )
        self._store.save_to_disk(str(self.folder / "store.json"))

    def ask(self, question: str) -> list[str]:
        vector = self.encode([question])[0].tolist()
        return [found.id for found in self._store.embedding_retrieval(vector, top_k=TOP)]


class LangChain(Peer):
    needs = "langchain_community"

    def build(self, ids: list[str], texts: list[str]) -> None:
        from langchain_community.vectorstores import FAISS
        from langchain_core.embeddings import Embeddings

        outer = self

        class Ours(Embeddings):
            def embed_documents(self, texts: list[str]) -> list[list[float]]:
                return outer.encode(texts).tolist()

            def embed_query(self, text: str) -> list[float]:
                return outer.encode([text])[0].tolist()

        self._store = FAISS.from_texts(texts, Ours(), ids=ids)
        self._store.save_local(str(self.folder))

    def update(self, ids: list[str], texts: list[str]) -> None:
        self._store.delete(ids)
        self._store.add_texts(texts, ids=ids)
        self._store.save_local(str(self.folder))

    def ask(self, question: str) -> list[str]:
        return [found.id for found in self._store.similarity_search(question, k=TOP)]


class LlamaIndex(Peer):
    needs = "llama_index.core"

    def build(self, ids: list[str], texts: list[str]) -> None:
        from llama_index.core import VectorStoreIndex

        self._index = VectorStoreIndex(self._nodes(ids, texts), embed_model=self._model())
        self._index.storage_context.persist(str(self.folder))
        self._finder = self._index.as_retriever(similarity_top_k=TOP)

    def update(self, ids: list[str], texts: list[str]) -> None:
        self._index.delete_nodes(ids)
        self._index.insert_nodes(self._nodes(ids, texts))
        self._index.storage_context.persist(str(self.folder))

    def ask(self, question: str) -> list[str]:
        return [found.node.node_id for found in self._finder.retrieve(question)]

    def _nodes(self, ids: list[str], texts: list[str]) -> list[Any]:
        from llama_index.core.schema import TextNode

        return [TextNode(id_=i, text=text) for i, text in zip(ids, texts, strict=True)]

    def _model(self) -> Any:
        from llama_index.core.base.embeddings.base import BaseEmbedding

        outer = self

        class Ours(BaseEmbedding):
            def _get_text_embedding(self, text: str) -> list[float]:
                return outer.encode([text])[0].tolist()

            def _get_query_embedding(self, query: str) -> list[float]:
                return outer.encode([query])[0].tolist()

            async def _aget_query_embedding(self, query: str) -> list[float]:
                return self._get_query_embedding(query)

        return Ours()


class Chroma(Peer):
    needs = "chromadb"
    AT_ONCE = 5000
    """Passages that one call may add."""

    def build(self, ids: list[str], texts: list[str]) -> None:
        import chromadb
        from chromadb.config import Settings

        quiet = Settings(anonymized_telemetry=False)
        client = chromadb.PersistentClient(str(self.folder), settings=quiet)
        self._collection = client.create_collection("passages", embedding_function=None)
        self.update(ids, texts)

    def update(self, ids: list[str], texts: list[str]) -> None:
        for first in range(0, len(ids), self.AT_ONCE):
            some = slice(first, first + self.AT_ONCE)
            vectors = self.encode(texts[some])
            self._collection.upsert(ids[some], embeddings=vectors, documents=texts[some])

    def ask(self, question: str) -> list[str]:
        found = self._collection.query(query_embeddings=self.encode([question]), n_results=TOP)
        return found["ids"][0]


PEERS: dict[str, type[Peer]] = {
    "bm25s": Bm25s,
    "txtai": Txtai,
    "haystack": Haystack,
    "LangChain + FAISS": LangChain,
    "LlamaIndex": LlamaIndex,
    "Chroma": Chroma,
}
