"""The formats that a process of their own reads: what loads their libraries, and their readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from embeddings.readers import html

if TYPE_CHECKING:
    from collections.abc import Callable

    from embeddings.readers.draft import Draft


@dataclass(frozen=True, slots=True)
class Confined:
    """A format whose files may be hostile.

    Attributes:
        read: The file's bytes and its path, and what else is known of it -> a draft.
        load: Imports what ``read`` needs, which does not count as time spent on the file.
    """

    read: Callable[..., Draft]
    load: Callable[[], None]


CONFINED: dict[str, Confined] = dict.fromkeys(html.EXTENSIONS, Confined(html.read, html.load))
"""Extension, in small letters and with its period -> how it is read."""
