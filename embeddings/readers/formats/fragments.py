"""Pieces of HTML that are a story and nothing else, as documents and exports hold it -> text."""

from __future__ import annotations

from embeddings.readers.formats.decoding import normal
from embeddings.readers.pages.blocks import page_of
from embeddings.readers.pages.story import text_of


def fragment_text(markup: str) -> str:
    """Return the text of a piece of HTML: all that a browser shows of it, in blocks.

    Args:
        markup: The HTML; without any tag, a text.
    """
    from lxml import etree, html  # half a second that only some formats need

    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True
    )
    whole = f"<!doctype html><html><body>{markup}</body></html>".encode("utf-8", "replace")
    try:
        root = html.document_fromstring(whole, parser=parser)
    except (etree.LxmlError, ValueError):
        return ""
    return normal(text_of(page_of(root).blocks)).strip("\n")
