"""DOCX and ODT files for the tests, written part by part."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from html import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
ODF = "urn:oasis:names:tc:opendocument:xmlns"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
STYLES = {"Titre": "Title", "Titre1": "heading 1", "Paragraphedeliste": "List Paragraph"}
"""Ids of styles, as a French word processor gives them -> their names."""


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """Pack the parts of a document."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return whole.getvalue()


def run(text: str) -> str:
    """Return some words as DOCX has them."""
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def docx_paragraph(inside: str, style: str = "", *, item: bool = False) -> str:
    """Return a paragraph of DOCX around its runs."""
    given = f'<w:pStyle w:val="{style}"/>' if style else ""
    given += '<w:numPr><w:numId w:val="1"/></w:numPr>' if item else ""
    return f"<w:p><w:pPr>{given}</w:pPr>{inside}</w:p>"


def docx(
    paragraphs: Sequence[str],
    *,
    title: str = "",
    before: str = "",
    main: str = "word/document.xml",
    strict: bool = False,
    styles: str = "",
    numbering: str = "",
) -> bytes:
    """Return a DOCX file of paragraphs (see ``docx_paragraph``)."""
    space = STRICT if strict else W
    named = styles + "".join(
        f'<w:style w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in STYLES.items()
    )
    core = (
        f'<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(title)}</dc:title></c>'
    )
    body = "".join(paragraphs)
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": f"<r><r Type='a/relationships/officeDocument' Target='/{main}'/></r>",
            main: f"{before}<w:document xmlns:w='{space}' xmlns:mc='http://schemas."
            f"openxmlformats.org/markup-compatibility/2006'><w:body>{body}</w:body></w:document>",
            "word/styles.xml": f"<w:styles xmlns:w='{space}'>{named}</w:styles>",
            "word/numbering.xml": f"<w:numbering xmlns:w='{space}'>{numbering}</w:numbering>",
            "docProps/core.xml": core,
        }
    )


def odt(inside: str, *, title: str = "", before: str = "", styles: str = "") -> bytes:
    """Return an ODT file around the elements of its text."""
    names = " ".join(
        f'xmlns:{n}="{ODF}:{n}:1.0"' for n in ("office", "text", "style", "draw", "table")
    )
    dc = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    own = styles + '<style:style style:name="P1" style:parent-style-name="Title"/>'
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"{before}<office:document-content {names} {dc}>"
            f"<office:automatic-styles>{own}</office:automatic-styles>"
            f"<office:body><office:text>{inside}</office:text></office:body>"
            "</office:document-content>",
            "meta.xml": f"<m {dc}><dc:title>{escape(title)}</dc:title></m>",
        }
    )
