"""Articles of any format: paths and addresses -> drafts, and a sentence for all that is none.

Another format is another file in ``formats`` or ``exports``, and its extensions in ``registry``.
"""

from embeddings.readers.draft import Draft, LeftOut
from embeddings.readers.fetch import Fetcher
from embeddings.readers.many import read_all
from embeddings.readers.registry import is_supported, list_ends
from embeddings.readers.sandbox import Sandbox

__all__ = ["Draft", "Fetcher", "LeftOut", "Sandbox", "is_supported", "list_ends", "read_all"]
