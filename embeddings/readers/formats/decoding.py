"""Bytes of any encoding -> text: byte order marks, UTF-8, UTF-16, then what people still have."""

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

from embeddings.errors import ReadError

MAX_FIELD = 500
"""The longest title, source or author, in characters."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_MAGIC = {
    b"%PDF": "a PDF file",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\xd0\xcf\x11\xe0": "an old office document",
    b"{\\rtf": "an RTF document",
    b"\x89PNG": "an image",
    b"GIF8": "an image",
    b"\xff\xd8\xff": "an image",
    b"\x1f\x8b": "a compressed file",
    b"7z\xbc\xaf": "an archive",
    b"\x7fELF": "a program",
}

_WESTERN = ("cp1252", "mac_roman", "cp850", "iso8859_15")
_LETTERS = frozenset("àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ")
_SIGNS = frozenset("«»’‘“”–—…•€£°§©®™²³½·\u00a0\u202f")
_NEIGHBOURS = frozenset("áíóúñãõßåøìòÁÍÓÚÑÃÕÅØÌÒ¿¡ºª")
_MISPLACED = re.compile(r"(?<=[^\W\d_A-ZÀ-ÞŒŸ])[À-ÖØ-ÞŒŸ]")
_UNLIKELY_RUN = re.compile(r"[À-ÖØ-öø-ÿŒœ]{3,}")
_LEAST_SCORE = 0.6
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
_MOST_CONTROLS = 0.001
_MOST_BROKEN = 0.001


def decode(data: bytes, name: str) -> str:
    """Return a file's text: one kind of newline, in NFC, without a byte order mark.

    Args:
        data: The file's bytes.
        name: What to call the file in an error.

    Raises:
        ReadError: The bytes are not text, or nobody can tell in which encoding.
    """
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            raise ReadError(f"{name} is {kind}, not a text; save it as a text in UTF-8.")
    marked = _decode_marked(data, name)
    text = _plain(data, name) if marked is None else marked
    if "\0" in text or len(_CONTROL.findall(text)) > max(1, _MOST_CONTROLS * len(text)):
        raise ReadError(f"{name} is a binary file, not a text; save it as a text in UTF-8.")
    return normal(text)


def decode_stated(
    data: bytes, name: str, charset: str | None, declared: re.Match[bytes] | None
) -> str:
    """Decode as a browser does: by a mark, what the server says, what the file says, or a guess.

    Args:
        data: The bytes.
        name: What to call them in an error.
        charset: The encoding that the server named.
        declared: A match whose first group is the encoding that the file names itself.

    Raises:
        ReadError: They are no text.
    """
    if 0 < 2 * data.count(0) <= _MOST_BROKEN * len(data) + 2:
        data = data.replace(b"\0", b"")  # a stray one
    marked = b"\0" in data or data.startswith(tuple(mark for mark, _ in _MARKS))
    for encoding in () if marked else (charset, declared and declared[1].decode(), "utf-8"):
        try:
            codec = codecs.lookup(encoding or "").name
            western = codec in ("iso8859-1", "ascii")
            text = data.decode("cp1252" if western else codec, "replace")
        except (LookupError, UnicodeError, ValueError):
            continue
        if text.count("\ufffd") <= _MOST_BROKEN * len(text):
            return text
    return decode(data, name)


def normal(text: str) -> str:
    """Return a text with line feeds for newlines and in NFC: nothing else is changed."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines)


def one_line(value: object) -> str | None:
    """Return a stated field as one line that can be stored; None when it is empty or no text."""
    if not isinstance(value, str):
        return None
    shown = "".join(c for c in normal(value) if c.isprintable() or c.isspace())
    return " ".join(shown.split())[:MAX_FIELD].strip() or None


def _decode_marked(data: bytes, name: str) -> str | None:
    """Decode what says its encoding itself with a byte order mark."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise ReadError(_broken(name, encoding, error.start)) from None
    return None


def _plain(data: bytes, name: str) -> str:
    if b"\0" in data:
        return _wide(data, name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        broken = error.start
    text = data.decode("utf-8", "replace")
    whole = sum(c > "\x7f" for c in text) - text.count("\ufffd")
    if whole > 2 * text.count("\ufffd"):
        raise ReadError(_broken(name, "utf-8", broken))
    return _western(data) or _other(data, name)


def _broken(name: str, encoding: str, place: int) -> str:
    return (
        f"{name} is written in {encoding.upper()} but for the byte at {place}, which does not fit; "
        "save it again in UTF-8."
    )


def _wide(data: bytes, name: str) -> str:
    """Decode UTF-16 without a mark, which Western text shows by a zero in every other byte."""
    for encoding, zeros in (("utf-16-le", data[1::2]), ("utf-16-be", data[0::2])):
        if len(data) % 2 == 0 and 2 * zeros.count(0) > len(zeros):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise ReadError(_broken(name, encoding, error.start)) from None
    raise ReadError(f"{name} is a binary file, not a text; save it as a text in UTF-8.")


def _western(data: bytes) -> str | None:
    """Decode by the Western encoding that gives the likeliest letters; None when none does."""
    texts = []
    for encoding in _WESTERN:
        try:
            texts.append(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    best = max(texts, key=_likelihood)
    return best if _likelihood(best) >= _LEAST_SCORE else None


def _likelihood(text: str) -> float:
    """Rate the accented letters and signs of a text, at most 1: French ones, where they may be."""
    foreign = [c for c in text if c > "\x7f"]
    rates = (
        1.0 if c in _LETTERS else 0.95 if c in _SIGNS else 0.6 if c in _NEIGHBOURS else -1.0
        for c in foreign
    )
    unlikely = 2 * sum(map(len, _UNLIKELY_RUN.findall(text))) + 2 * len(_MISPLACED.findall(text))
    return (sum(rates) - unlikely) / max(1, len(foreign))


def _other(data: bytes, name: str) -> str:
    match = from_bytes(data).best()
    if match is None:
        raise ReadError(f"The encoding of {name} cannot be told; save it again in UTF-8.")
    return str(match)
