"""Reads articles of any format, from files and the web, as drafts; says in a sentence what fails.

To add a format, add a file to ``formats`` and its extensions to ``registry``. In all readers
``data`` is a file's bytes, ``name`` its name in errors, ``most`` the most bytes to read of it.
"""

from embeddings.readers.draft import Draft, LeftOut
from embeddings.readers.fetch import Fetcher
from embeddings.readers.many import read_all
from embeddings.readers.registry import is_supported, list_endings
from embeddings.readers.sandbox import Sandbox

__all__ = ["Draft", "Fetcher", "LeftOut", "Sandbox", "is_supported", "list_endings", "read_all"]
