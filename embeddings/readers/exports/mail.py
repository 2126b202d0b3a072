"""Saved mail (RFC 5322) -> the story in it."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.utils import getaddresses
from typing import TYPE_CHECKING, Any

from embeddings.errors import ReadError
from embeddings.readers.assemble import draft_of
from embeddings.readers.dates import first_date
from embeddings.readers.draft import Fields, LeftOut
from embeddings.readers.formats.decoding import decode_stated, one_line
from embeddings.readers.pages.guesses import language_code
from embeddings.readers.pages.story import fragment_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from embeddings.readers.draft import Draft

_REPLY = re.compile(r"(?:(?:re|ré|tr|fw|fwd|aw|wg)\s?:\s{0,9}){1,9}", re.IGNORECASE)
_SIGNATURE = re.compile(r"^--[ \xa0]?$", re.MULTILINE)


def read(data: bytes, path: Path) -> Draft:
    """Read a mail: its subject is the title, who sent it the author, its day the day."""
    message = message_from_bytes(data, policy=policy.default)
    if not (message.keys() and (message["from"] or message["subject"])):
        raise ReadError(f"{path} is not a mail, whatever its name says.")
    body = message.get_body(("html", "plain"))
    if body is None:
        raise ReadError(f"{path} is a mail without a text; save what is attached to it.")
    sent: Any = body.get_payload(decode=True) or b""
    text = decode_stated(sent, str(path), body.get_content_charset(), None)
    told = [LeftOut(f"the attachment {name}", "add it by itself") for name in _name_parts(message)]
    if body.get_content_type() == "text/html":
        text = fragment_text(text)
    else:
        text, signed = _plain(text, flowed=body.get_param("format") == "flowed")
        told += [LeftOut("the signature", "it is no part of the story")] * signed
    fields = Fields(
        title=one_line(_REPLY.sub("", _header(message, "subject"), count=1)),
        author=_sender(message),
        date=first_date(_header(message, "date")),
        language=language_code(_header(message, "content-language")),
    )
    if not text.strip():
        raise ReadError(f"{path} is a mail without a text; save what is attached to it.")
    return draft_of(text, path, fields, tuple(told), needed_only=True)


def _header(message: Any, name: str) -> str:
    try:
        return str(message.get(name) or "")
    except (ValueError, IndexError, AttributeError):  # the library fails on some broken ones
        return ""


def _sender(message: Any) -> str | None:
    """Return the names of those whom a mail is from; an address alone is no author."""
    named = getaddresses([_header(message, "from")])
    return one_line(", ".join(name for name, _ in named if name and "@" not in name))


def _name_parts(message: Any) -> Iterator[str]:
    for part in message.iter_attachments():
        yield one_line(part.get_filename()) or part.get_content_type()


def _plain(text: str, *, flowed: bool) -> tuple[str, bool]:
    """Return a text without its signature, its soft line breaks undone (RFC 3676)."""
    lines = text.replace("\r\n", "\n")
    if flowed:
        lines = lines.replace(" \n", " ")
    end = _SIGNATURE.search(lines)
    return lines[: end.start()] if end else lines, end is not None
