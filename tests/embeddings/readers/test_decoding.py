"""Decoding: the encodings people have, and what is refused."""

from __future__ import annotations

import codecs
import contextlib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import ReadError
from embeddings.readers.decoding import decode, decode_stated, normal
from tests.embeddings.readers.each import each

FRENCH = "L’été à Nîmes : « Ça coûte déjà 3 € », dit-elle. Où est l’œuvre\u00a0? Là-bas…"
PLAIN_FRENCH = "L'été à Nîmes : Ça coûte déjà cher, dit-elle. Où est Noël ? Là-bas."
RUSSIAN = "Привет всем читателям нашей газеты. Сегодня мы расскажем о новостях города Москвы. " * 5


@each("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_french_comes_out_of_every_encoding(encoding: str) -> None:
    assert decode(FRENCH.encode(encoding), "f") == FRENCH


@each("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_needs_no_mark(encoding: str) -> None:
    assert decode(FRENCH.encode(encoding), "f") == FRENCH


@each("encoding", ["latin-1", "cp1252", "mac_roman", "cp850", "iso8859-15"])
@each("text", [PLAIN_FRENCH, "Été", "Il a démissionné.", PLAIN_FRENCH * 40])
def test_plain_french_comes_out_of_every_old_encoding(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), "f") == text


def test_french_typography_comes_out_of_a_mac_file() -> None:
    assert decode(FRENCH.encode("mac_roman"), "f") == FRENCH


def test_euros_come_out_of_latin_9() -> None:
    text = "Le cœur de l'été coûte 3 € à Nîmes, a déclaré la préfète."
    assert decode(text.encode("iso8859-15"), "f") == text


def test_what_is_not_western_is_left_to_the_library() -> None:
    assert decode(RUSSIAN.encode("cp1251"), "f") == RUSSIAN


def test_newlines_become_line_feeds_and_letters_are_composed() -> None:
    assert decode(b"a\r\nb\rc\n" + "e\u0301".encode(), "f") == "a\nb\nc\né"


@given(st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"])))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normal(text)
    assert normal(once) == once or text.startswith("\ufeff\ufeff")


@each("kept", ["\u00a0", "\u202f", "« »", "’", "\t", "  a  ", "\u2028", "ﬁ"])
def test_everything_else_stays_as_it_is(kept: str) -> None:
    assert decode(f"a{kept}b".encode(), "f") == f"a{kept}b"


@each(
    ("data", "words"),
    [
        (b"abc\0def\0\0\0ghi", "binary"),
        (bytes(range(256)), "binary"),
        (b"\x01\x02\x03\x04abc", "binary"),
        (hashlib.shake_256(b"").digest(4000), "binary"),
        (codecs.BOM_UTF8 + b"abc\xff", "UTF-8 but for the byte at 3"),
        (("é" * 20).encode() + b"\xff" + b"abc", "UTF-8 but for the byte at 40"),
        (codecs.BOM_UTF16_LE + b"a\0b", "UTF-16-LE but for"),
        (b"a\0b\0\x00\xd8a\0b\0c\0", "UTF-16-LE but for"),
    ],
)
def test_what_is_no_text_gets_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(ReadError, match=words) as caught:
        decode(data, "notes.txt")
    assert "notes.txt" in str(caught.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_text_or_a_sentence(data: bytes) -> None:
    with contextlib.suppress(ReadError):
        assert "\r" not in decode(data, "f")


def test_utf_8_is_read_as_such_whatever_is_stated() -> None:
    assert decode_stated("déjà vu".encode(), "f", "iso-8859-1") == "déjà vu"
    text = "It’s a plain line. " * 100
    assert decode_stated(text.encode("cp1252"), "f", "utf-8") == text
    assert decode_stated("déjà vu".encode("cp1252"), "f", "iso-8859-1") == "déjà vu"
