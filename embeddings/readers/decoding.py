"""Decodes bytes of any encoding: by byte order mark, as UTF-8 or UTF-16, else by a guess."""

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

from embeddings.errors import ReadError

MAX_FIELD = 500
"""The most characters of a title, source or author."""
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins with UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_WESTERN = ("cp1252", "mac_roman", "cp850", "iso8859_15")
_SCORES = (
    dict.fromkeys("àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ", 1.0)
    | dict.fromkeys("«»’‘“”–—…•€£°§©®™²³½·\u00a0\u202f", 0.95)
    | dict.fromkeys("áíóúñãõßåøìòÁÍÓÚÑÃÕÅØÌÒ¿¡ºª", 0.6)
)
"""Non-ASCII character -> how likely it is in French text; any other has -1."""
_MISPLACED_CAPITAL = re.compile(r"(?<=[^\W\d_A-ZÀ-ÞŒŸ])[À-ÖØ-ÞŒŸ]")
_UNLIKELY_RUN = re.compile(r"[À-ÖØ-öø-ÿŒœ]{3,}")
_LEAST_SCORE = 0.6
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s{0,9}=\s{0,9}[\"']?([\w.-]{1,40})",
    re.IGNORECASE,
)
_PRESCAN = 4096
"""How many bytes to search for the encoding that HTML or XML declares."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
_MOST_CONTROLS = 0.001
_MOST_BROKEN = 0.001


def decode(data: bytes, name: str) -> str:
    """Decode a file's bytes and normalize the text as ``normal`` does.

    Raises:
        ReadError: The bytes are not text, or their encoding is unknown.
    """
    text = _decode(data, name)
    if "\0" in text or len(_CONTROL.findall(text)) > max(1, _MOST_CONTROLS * len(text)):
        raise ReadError(f"{name} is a binary file, not a text; save it as a text in UTF-8.")
    return normal(text)


def decode_stated(data: bytes, name: str, charset: str | None = None) -> str:
    """Decode by mark, as UTF-8 if it is, by the server's charset, the markup's own, or a guess.

    Raises:
        ReadError: The bytes are not text.
    """
    if 0 < 2 * data.count(0) <= _MOST_BROKEN * len(data) + 2:
        data = data.replace(b"\0", b"")  # stray bytes; UTF-16 and binaries have many
    is_marked = b"\0" in data or data.startswith(tuple(mark for mark, _ in _BYTE_ORDER_MARKS))
    is_utf_8 = not data.isascii() and data == data.decode("utf-8", "ignore").encode()
    declared = _DECLARED.search(data[:_PRESCAN])
    stated = () if is_utf_8 else (charset, declared and declared[1].decode())
    for encoding in () if is_marked else (*stated, "utf-8"):
        try:
            codec = codecs.lookup(encoding or "").name
            is_cp1252 = codec in ("iso8859-1", "ascii")  # as the WHATWG's Encoding Standard says
            text = data.decode("cp1252" if is_cp1252 else codec, "replace")
        except (LookupError, UnicodeError, ValueError):
            continue
        if 2 * text.count("\ufffd") <= len(text) - len(text.encode("ascii", "ignore")):
            return text
    return decode(data, name)


def normal(text: str) -> str:
    """Return a text in NFC, with line feeds for all newlines, without a byte order mark."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines)


def one_line(value: object) -> str | None:
    """Return a stated field as one line that can be stored; None if it is empty or no text."""
    if not isinstance(value, str):
        return None
    printable = "".join(c for c in normal(value) if c.isprintable() or c.isspace())
    return " ".join(printable.split())[:MAX_FIELD].strip() or None


def storable(name: str) -> str:
    """Return a file's name with undecodable bytes escaped, so that it can be encoded as UTF-8."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _decode(data: bytes, name: str) -> str:
    encoding, start = _detect_unicode(data)
    try:
        return data[start:].decode(encoding)
    except UnicodeDecodeError as error:
        position = error.start
    text = data.decode("utf-8", "replace")
    invalid = text.count("\ufffd")
    valid = sum(c > "\x7f" for c in text) - invalid
    if start or encoding != "utf-8" or valid > 2 * invalid:
        raise ReadError(
            f"{name} is written in {encoding.upper()} but for the byte at {position}, which does "
            "not fit; save it again in UTF-8."
        )
    return text if b"\0" in data else _decode_western(data) or _decode_other(data, name)


def _detect_unicode(data: bytes) -> tuple[str, int]:
    """Return the Unicode encoding of bytes, by default UTF-8, and the length of the mark.

    Western text in UTF-16 without a mark has a zero for every other byte.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    for encoding, zeros in (("utf-16-le", data[1::2]), ("utf-16-be", data[0::2])):
        if len(data) % 2 == 0 and 2 * zeros.count(0) > len(zeros):
            return encoding, 0
    return "utf-8", 0


def _decode_western(data: bytes) -> str | None:
    """Decode by the Western encoding with the likeliest letters; None if none is likely enough."""
    texts = []
    for encoding in _WESTERN:
        try:
            texts.append(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    best = max(texts, key=_likelihood)
    return best if _likelihood(best) >= _LEAST_SCORE else None


def _likelihood(text: str) -> float:
    """Return the mean score of the non-ASCII characters, less 2 for each that is out of place."""
    non_ascii = [c for c in text if c > "\x7f"]
    scores = (_SCORES.get(c, -1.0) for c in non_ascii)
    in_runs = sum(map(len, _UNLIKELY_RUN.findall(text)))
    penalty = 2 * (in_runs + len(_MISPLACED_CAPITAL.findall(text)))
    return (sum(scores) - penalty) / max(1, len(non_ascii))


def _decode_other(data: bytes, name: str) -> str:
    match = from_bytes(data).best()
    if match is None:
        raise ReadError(f"The encoding of {name} cannot be told; save it again in UTF-8.")
    return str(match)
