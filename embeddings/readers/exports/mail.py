"""Saved mail (RFC 5322) -> the story in it."""

import re
import textwrap
from email import message_from_bytes, policy
from email.utils import getaddresses
from pathlib import Path
from typing import Any

from embeddings.errors import ReadError
from embeddings.readers.assemble import draft_of
from embeddings.readers.dates import first_date
from embeddings.readers.draft import Draft, Fields, LeftOut
from embeddings.readers.formats.decoding import decode_stated, one_line
from embeddings.readers.pages.guesses import language_code
from embeddings.readers.pages.story import LONGEST_TOLD, fragment_text
from embeddings.text.analysis import any_of
from embeddings.text.boilerplate import ends_like_sentence, is_address, is_contact, is_notice
from embeddings.types import BREAK

_REPLY = re.compile(r"(?:(?:re|ré|tr|fw|fwd|aw|wg)\s?:\s{0,9}){1,9}", re.IGNORECASE)
_WROTE = re.compile(
    r"^\W{0,3}(?:Le|On) [^\n]{6,200}(?:\n[^\n]{0,80})?\b(?:a\s+écrit|wrote)\s?:[ \t]*$",
    re.MULTILINE,
)
"""What stands above the mail that is answered."""
_FIELD = re.compile(
    r"^[\W_]{0,4}(De|From|Date|Envoyé|Sent|Objet|Subject|À|To|Cc)\s?:([^\n]*)$", re.MULTILINE
)
_HEADS = re.compile(
    rf"(?:^[^\n-]{{0,9}}-{{3,99}}[^\n]{{0,99}}\n\s{{0,9}})?(?:{_FIELD.pattern}\n?){{3,}}",
    re.MULTILINE,
)
"""What stands above a mail that is sent on, or answered; from whom it was is said in it."""
_FROM = re.compile(r"^[\W_]{0,4}(?:De|From)\s?:", re.MULTILINE)
_SIGNATURE = re.compile(r"^--[ \xa0]?$", re.MULTILINE)
_LETTER = r"(?:e-?mail|mail|courriel|message|news?letter|lettre|infolettre|bulletin)"
_LEAVE = re.compile(any_of("leave a list"), re.IGNORECASE)
"""How one is told to leave a list of readers."""
_ABOUT = re.compile(rf"{_LEAVE.pattern}|{any_of('about a mail')}", re.IGNORECASE)
"""What a line says that is about a mail and not in it, ..."""
_TO_READER = re.compile(
    rf"\b(?:vous|votre|vos|ici|cliquez|nous|you|your|here|click|us|images not|view online"
    rf"|(?:cet?|cette|this|these|nos|our) {_LETTER}s?)\b",
    re.IGNORECASE,
)
"""... and, where it is a sentence, whom it speaks to."""
_PLACE = re.compile(any_of("postal"))
"""What a line of a postal address has, or of what a publisher states of itself."""
_LONGEST_ABOUT, _LONGEST_BELOW, _LONG = 400, 600, 80
_CONTENT = re.compile(r"^(?:-|\d{1,3}\.) | : ")
"""What the item of a list has, or the row of a table, which may end a story."""
_MARK = re.compile(r"^(?:[-•*|>→]|\d{1,2}\.|#{1,3}) *")


def read(data: bytes, path: Path) -> Draft:
    """Read a mail: its subject is the title, who sent it the author, its day the day.

    Of one that is sent on it is what was sent, by whom and when; what is replied to is left out.
    """
    message = message_from_bytes(data, policy=policy.default)
    if not (message.keys() and (message["from"] or message["subject"])):
        raise ReadError(f"{path} is not a mail, whatever its name says.")
    body = message.get_body(("html", "plain"))
    if body is None:
        raise ReadError(f"{path} is a mail without a text; save what is attached to it.")
    sent: Any = body.get_payload(decode=True) or b""
    text = decode_stated(sent, str(path), body.get_content_charset(), None)
    parts = (one_line(p.get_filename()) or p.get_content_type() for p in message.iter_attachments())
    told = [LeftOut(f"the attachment {name}", "add it by itself") for name in parts]
    if body.get_content_type() == "text/html":
        text = fragment_text(text).replace(BREAK, "")  # no browser searches a mail
    else:
        text, signed = _plain(text, flowed=body.get_param("format") == "flowed")
        told += [LeftOut("the signature", "it is no part of the story")] * signed
    subject = _header(message, "subject")
    is_reply = subject[:2].casefold() in {"re", "ré", "aw"}
    text, before, sent_on = _without_others(text, is_reply=is_reply)
    text, around = _without_around(text)
    told += [LeftOut(f"“{line}”", "it is no part of the story") for line in (*before, *around)]
    fields = Fields(
        title=one_line(_REPLY.sub("", subject, count=1)),
        author=_sender(sent_on.get("de") or sent_on.get("from") or _header(message, "from")),
        date=first_date(*map(sent_on.get, ("date", "envoyé", "sent")), _header(message, "date")),
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


def _sender(stated: str) -> str | None:
    """Return the names of those whom a mail is from; an address alone is no author."""
    named = getaddresses([stated])
    return one_line(", ".join(name for name, _ in named if name and "@" not in name))


def _plain(text: str, *, flowed: bool) -> tuple[str, bool]:
    """Return a text without its signature, its soft line breaks undone (RFC 3676)."""
    lines = text.replace("\r\n", "\n")
    if flowed:
        lines = lines.replace(" \n", " ")
    end = _SIGNATURE.search(lines)
    return lines[: end.start()] if end else lines, end is not None


def _without_others(text: str, *, is_reply: bool) -> tuple[str, list[str], dict[str, str]]:
    """Return a text without the mail that it answers or, where it sends one on, that one alone.

    With it come the first words of what is left out, and what is said of the mail that is sent on.
    """
    lines = text.split("\n")
    quoted = [line for line in lines if line.startswith(">")]
    own, left, told = "\n".join(line for line in lines if line[:1] != ">"), quoted[:1], {}
    if not any(map(ends_like_sentence, own.split("\n"))):  # it sends on what it quotes
        own, quoted, left = re.sub(r"^(?:>[ \t]?)+", "", text, flags=re.MULTILINE), [], []
    if wrote := _WROTE.search(own):
        before, after = own[: wrote.start()], own[wrote.end() :]
        own, left = before + after * bool(quoted or not before.strip()), [*left, wrote[0].strip()]
    block = next((b for b in _HEADS.finditer(own) if _FROM.search(b[0])), None)
    if block and is_reply and own[: block.start()].strip():
        own, left = own[: block.start()], [*left, block[0].strip()]
    elif block:
        left += filter(None, (own[: block.start()].strip(), block[0].strip()))
        told = {
            name[1].lower(): name[2].replace("*", "").strip() for name in _FIELD.finditer(block[0])
        }
        own = own[block.end() :]
    shown = (textwrap.shorten(each, LONGEST_TOLD, placeholder=" …") for each in left)
    return own.strip("\n"), [*shown], told


def _without_around(text: str) -> tuple[str, list[str]]:
    """Return a text without what is about the mail around its story, and the first words of it."""
    lines = text.split("\n")
    about = {i for i, line in enumerate(lines) if _is_about(line)}
    about |= {i + 1 for i in about if i + 1 < len(lines) and lines[i + 1][:1].islower()}
    rest = [(i, line) for i, line in enumerate(lines) if i not in about and not _is_place(line)]
    said = [i for i, line in rest if ends_like_sentence(line) or len(line) > _LONG]
    if not said:
        return text, []
    shown, story = [i for i, line in enumerate(lines) if line.strip()], {*said}
    within = (b for a, b, c in zip(shown, shown[1:], shown[2:], strict=False) if {a, c} <= story)
    about -= {i for i in within if ends_like_sentence(lines[i]) and not _LEAVE.search(lines[i])}
    leaves = (i for i in sorted(about) if _LEAVE.search(lines[i]))
    below = (i for i in leaves if i > said[0] and len("".join(lines[i:])) <= _LONGEST_BELOW)
    about.update(range(next(below, len(lines)), len(lines)))
    last = max(i for i in said if i not in about)
    edges = (*range(said[0]), *range(last + 1, len(lines)))
    about |= {i for i in edges if _is_place(lines[i])}
    if max(about, default=0) > last:
        below = (i for i in edges if i > last and lines[i].strip())
        about.update(i for i in below if not _CONTENT.search(lines[i]))
    kept = "\n".join(line for i, line in enumerate(lines) if i not in about)
    left = (textwrap.shorten(lines[i], LONGEST_TOLD, placeholder=" …") for i in sorted(about))
    return re.sub(r"\n{3,}", "\n\n", kept).strip("\n"), list(filter(None, left))


def _is_about(line: str) -> bool:
    """Say whether a line is about the mail; a sentence of a story does not speak to its reader."""
    if len(line) > _LONGEST_ABOUT or not _ABOUT.search(line) or line.endswith(("»", "”")):
        return False
    return not ends_like_sentence(line) or _TO_READER.search(line) is not None


def _is_place(line: str) -> bool:
    """Say whether a line at an edge of a mail is a postal address, a contact or a notice."""
    bare = _MARK.sub("", line.strip())
    is_town = len(bare) <= _LONG and _PLACE.search(bare) and not ends_like_sentence(bare)
    return bool(is_town) or is_address(bare) or is_contact(bare) or is_notice(bare)
