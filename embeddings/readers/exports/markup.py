"""XML as people write it, read past its flaws, and what all exports share."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape, unescape
from html.entities import html5
from typing import TYPE_CHECKING, Any

from embeddings.errors import ReadError
from embeddings.readers.assemble import draft_of
from embeddings.readers.formats.decoding import one_line
from embeddings.readers.pages.authors import name_authors
from embeddings.readers.pages.story import fragment_text

if TYPE_CHECKING:
    from pathlib import Path

    from embeddings.readers.draft import Draft, Fields, LeftOut

_REFERENCE = re.compile(r"&(?:#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|([A-Za-z][A-Za-z0-9]{0,31});)?")
_HTML = re.compile(r"&#?\w{1,9};|</\w")
"""What a title that is meant as HTML has."""
_EMPTY = ("area", "br", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
"""Elements of HTML that hold nothing."""
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
"""The attribute that names a language."""
_OWN = ("amp", "lt", "gt", "quot", "apos")
_UNPRINTED = {n: None for n in range(32) if chr(n) not in "\t\n\r"}


def parse_xml(text: str, name: str) -> Any:
    """Return a document's root, mended; raises ReadError when it declares entities, or has none."""
    from lxml import etree

    body = text.translate(_UNPRINTED)
    body = _without_type(body[max(body.find("<"), 0) :], name)
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(_REFERENCE.sub(_reference, body).encode("utf-8", "replace"), parser)
    if root is None:
        raise ReadError(f"{name} is damaged and cannot be read (no element); save it again.")
    return root


def _without_type(text: str, name: str) -> str:
    """Return a document without its declaration and its document type."""
    if text.startswith("<?xml"):
        text = text[text.find("?>") + 2 :]
    start = text.find("<!DOCTYPE")
    if start < 0 or re.search(r"<[A-Za-z_]", text[:start]):
        return text
    end, inside = text.find(">", start), text.find("[", start)
    if 0 <= inside < end:
        end = text.find("]>", inside) + 1
        if "<!ENTITY" in text[inside:end]:
            raise ReadError(f"{name} declares entities, which are not read.")
    return text[:start] + text[end + 1 :]


def _reference(found: re.Match[str]) -> str:
    name = found[1]
    if name in _OWN or (name is None and len(found[0]) > 1):
        return found[0]
    sign = html5.get(f"{name};") if name else None
    return escape(sign) if sign else "&amp;" + found[0][1:]


def local(element: Any) -> str:
    """Return an element's name without its namespace or prefix."""
    name = element.tag if isinstance(element.tag, str) else ""
    return name.rpartition("}")[2].rpartition(":")[2]


def full_name(element: Any) -> str:
    """Return an element's name with the prefix that the document gives it, if any."""
    return f"{element.prefix}:{local(element)}" if element.prefix else local(element)


def children(element: Any, *names: str) -> list[Any]:
    """Return an element's children of these names, in order."""
    return [child for child in element if local(child) in names] if element is not None else []


def child(element: Any, *path: str) -> Any:
    """Return the first of an element's children of a name, of that one's of the next, or None."""
    for name in path:
        inside = () if element is None else element
        element = next((each for each in inside if local(each) == name), None)
    return element


def words(element: Any) -> str | None:
    """Return all words in an element as one line, ``&section=`` of an address as it is, or None."""
    text = "".join(element.itertext()) if element is not None else ""
    return one_line(_REFERENCE.sub(lambda found: unescape(found[0]), text))


def inside(element: Any) -> str:
    """Return what an element holds as HTML: its own markup, or the markup that its text is."""
    from lxml import etree

    if element is None:
        return ""
    if not len(element):
        return element.text or ""
    for each in element.iter():
        if local(each) in _EMPTY and (len(each) or each.text):
            each.tag = "div"  # it was not closed
    whole = [etree.tostring(each, encoding="unicode", method="html") for each in element]
    return escape(element.text or "") + "".join(whole)


def paragraphs(text: str) -> str:
    """Return a text as HTML: a paragraph at each empty line, or at each line without any."""
    lines = text.replace("\r\n", "\n").strip()
    parts = lines.split("\n\n" if "\n\n" in lines else "\n")
    return "".join(f"<p>{escape(part)}</p>" for part in parts if part.strip())


def story(
    markup: str, fields: Fields, path: Path, mark: str, left_out: tuple[LeftOut, ...] = ()
) -> Draft:
    """Make a draft of a story in HTML that a file holds beside others, told apart by a mark."""
    origin = f"{path.resolve()}#{mark}"
    author = name_authors([fields.author or ""], fields.source)
    title = fragment_text(said) if _HTML.search(said := fields.title or "") else said
    named = replace(fields, origin=one_line(origin), author=author, title=one_line(title))
    return draft_of(fragment_text(markup), path, named, left_out, needed_only=True)
