"""Reads saved mail (RFC 5322): the story in it, without what is about the mail itself."""

import re
from email import message_from_bytes, policy
from email.utils import getaddresses
from pathlib import Path
from typing import Any

from embeddings.errors import ReadError
from embeddings.readers.assemble import draft_of
from embeddings.readers.dates import first_date
from embeddings.readers.decoding import decode_stated, one_line
from embeddings.readers.draft import Draft, Fields, LeftOut
from embeddings.readers.pages.guesses import language_code
from embeddings.readers.pages.story import excerpt, fragment_text
from embeddings.text.analysis import any_of
from embeddings.text.boilerplate import ends_like_sentence
from embeddings.types import BREAK, FIELDS

_REPLY = re.compile(r"(?:(?:re|ré|tr|fw|fwd|aw|wg)\s?:\s{0,9}){1,9}", re.IGNORECASE)
_WROTE = re.compile(
    r"^\W{0,3}(?:Le|On) [^\n]{6,200}(?:\n[^\n]{0,80})?\b(?:a\s+écrit|wrote)\s?:[ \t]*$",
    re.MULTILINE,
)
"""The line above a quoted mail: "Le 3 mars, … a écrit :"."""
_FIELD = re.compile(
    r"^[\W_]{0,4}(De|From|Date|Envoyé|Sent|Objet|Subject|À|To|Cc)\s?:([^\n]*)$", re.MULTILINE
)
_HEADS = re.compile(
    rf"(?:^[^\n-]{{0,9}}-{{3,99}}[^\n]{{0,99}}\n\s{{0,9}})?(?:{_FIELD.pattern}\n?){{3,}}",
    re.MULTILINE,
)
"""The header fields above a forwarded or quoted mail."""
_FROM = re.compile(r"^[\W_]{0,4}(?:De|From)\s?:", re.MULTILINE)
_SIGNATURE = re.compile(r"^--[ \xa0]?$", re.MULTILINE)
_LETTER = r"(?:e-?mail|mail|courriel|message|news?letter|lettre|infolettre|bulletin)"
_LEAVE = re.compile(any_of("leave a list"), re.IGNORECASE)
"""An offer to unsubscribe."""
_ABOUT = re.compile(rf"{_LEAVE.pattern}|{any_of('about a mail')}", re.IGNORECASE)
"""Words of lines about the mail itself, which are boilerplate, ..."""
_TO_READER = re.compile(
    rf"\b(?:vous|votre|vos|ici|cliquez|nous|you|your|here|click|us|images not|view online"
    rf"|(?:cet?|cette|this|these|nos|our) {_LETTER}s?)\b",
    re.IGNORECASE,
)
"""... and, if the line is a sentence, words that address the reader."""
_LONGEST_ABOUT, _LONGEST_BELOW, _LONG = 400, 600, 80


def read(data: bytes, path: Path) -> Draft:
    """Read a mail: its subject is the title, its sender the author, its date the date.

    A forwarded mail stands for the one that forwards it; a mail that a reply quotes is left out.
    """
    message = message_from_bytes(data, policy=policy.default)
    if not (message.keys() and (message["from"] or message["subject"])):
        raise ReadError(f"{path} is not a mail, whatever its name says.")
    body = message.get_body(("html", "plain"))
    if body is None:
        raise ReadError(f"{path} is a mail without a text; save what is attached to it.")
    payload: Any = body.get_payload(decode=True) or b""
    text = decode_stated(payload, str(path), body.get_content_charset())
    files = (one_line(p.get_filename()) or p.get_content_type() for p in message.iter_attachments())
    left_out = [LeftOut(f"the attachment {name}", "add it by itself") for name in files]
    if body.get_content_type() == "text/html":
        text = fragment_text(text).replace(BREAK, "")  # no browser searches a mail
    else:
        text, is_signed = _unwrap(text, flowed=body.get_param("format") == "flowed")
        left_out += [LeftOut("the signature", "it is no part of the story")] * is_signed
    subject = _header(message, "subject")
    text, others, forwarded = _split_mails(text, is_reply=subject[:2].lower() in {"re", "ré", "aw"})
    text, boilerplate = _without_boilerplate(text)
    left_out += [LeftOut(line, "it is no part of the story") for line in (*others, *boilerplate)]
    fields = Fields(
        title=one_line(_REPLY.sub("", subject, count=1)),
        author=_sender(forwarded.get("de") or forwarded.get("from") or _header(message, "from")),
        date=first_date(*map(forwarded.get, ("date", "envoyé", "sent")), _header(message, "date")),
        language=language_code(_header(message, "content-language")),
        stated=frozenset(FIELDS),
    )
    return draft_of(text, path, fields, tuple(left_out))


def _header(message: Any, name: str) -> str:
    try:
        return str(message.get(name) or "")
    except (ValueError, IndexError, AttributeError):  # the library fails on some invalid headers
        return ""


def _sender(header: str) -> str | None:
    """Return the names in a From header; an address without a name is no author."""
    pairs = getaddresses([header])
    return one_line(", ".join(name for name, _ in pairs if name and "@" not in name))


def _unwrap(text: str, *, flowed: bool) -> tuple[str, bool]:
    """Remove the signature and soft line breaks (RFC 3676); say whether there was a signature."""
    lines = text.replace("\r\n", "\n")
    if flowed:
        lines = lines.replace(" \n", " ")
    signature = _SIGNATURE.search(lines)
    return lines[: signature.start()] if signature else lines, signature is not None


def _split_mails(text: str, *, is_reply: bool) -> tuple[str, list[str], dict[str, str]]:
    """Keep one mail of a text: the forwarded one, or the reply without the mail that it quotes.

    Returns:
        Its text; excerpts of what was dropped; the header of the forwarded mail, if any.
    """
    lines = text.split("\n")
    quoted = [line for line in lines if line.startswith(">")]
    own, dropped, header = "\n".join(line for line in lines if line[:1] != ">"), quoted[:1], {}
    if not any(map(ends_like_sentence, own.split("\n"))):  # the quoted mail is a forwarded one
        own, quoted, dropped = re.sub(r"^(?:>[ \t]?)+", "", text, flags=re.MULTILINE), [], []
    if wrote := _WROTE.search(own):
        before, after = own[: wrote.start()], own[wrote.end() :]
        own = before + after * bool(quoted or not before.strip())
        dropped = [*dropped, wrote[0].strip()]
    head = next((h for h in _HEADS.finditer(own) if _FROM.search(h[0])), None)
    if head and is_reply and own[: head.start()].strip():
        own, dropped = own[: head.start()], [*dropped, head[0].strip()]
    elif head:
        dropped += filter(None, (own[: head.start()].strip(), head[0].strip()))
        matches = _FIELD.finditer(head[0])
        header = {field[1].lower(): field[2].replace("*", "").strip() for field in matches}
        own = own[head.end() :]
    return own.strip("\n"), [*map(excerpt, dropped)], header


def _without_boilerplate(text: str) -> tuple[str, list[str]]:
    """Remove the lines about the mail around its story; return the text and excerpts of them.

    An offer to unsubscribe near the end ends the mail. What else is no story's, such as an
    address, may stay: no such line is quoted.
    """
    lines = text.split("\n")
    about = {i for i, line in enumerate(lines) if _is_about(line)}
    about |= {i + 1 for i in about if i + 1 < len(lines) and lines[i + 1][:1].islower()}
    rest = ((i, line) for i, line in enumerate(lines) if i not in about)
    prose = [i for i, line in rest if ends_like_sentence(line) or len(line) > _LONG]
    if not prose:
        return text, []
    leaves = [i for i in sorted(about) if i > prose[0] and _LEAVE.search(lines[i])]
    near = (i for i in leaves if len("".join(lines[i:])) <= _LONGEST_BELOW)
    end = next(near, len(lines))
    story = {*range(prose[0], max(i for i in prose if i < end))}.difference(leaves)
    dropped = [i for i in range(len(lines)) if i >= end or (i in about and i not in story)]
    kept = "\n".join(line for i, line in enumerate(lines) if i not in dropped)
    told = [excerpt(lines[i]) for i in dropped if lines[i].strip()]
    return re.sub(r"\n{3,}", "\n\n", kept).strip("\n"), told


def _is_about(line: str) -> bool:
    """Say whether a line is about the mail; a sentence must also address the reader."""
    if len(line) > _LONGEST_ABOUT or not _ABOUT.search(line) or line.endswith(("»", "”")):
        return False
    return not ends_like_sentence(line) or _TO_READER.search(line) is not None
