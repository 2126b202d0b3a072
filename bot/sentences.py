"""What the engine and the settings say in English -> the same in a reader's language.

``locales/xx.po`` holds each sentence as the code writes it, with ``{}`` for what varies. An error
is made where nobody knows who will read it; what varies in it is found again by the words around
it, and may itself be a part that is known. What is not known stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

LOCALES = Path(__file__).parent / "locales"
GAP = "{}"
_LONGEST = 4000
"""Characters beyond which a text is no sentence of ours."""


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence in two languages.

    Attributes:
        words: What stands around the gaps of the English one.
        other: The other one, whose gaps may be in another order: ``{1}``, ``{0}``.
    """

    words: tuple[str, ...]
    other: str

    def find_values(self, sentence: str) -> list[str] | None:
        """Return what stands in the gaps of a sentence; None when it is another sentence.

        Each word is looked for once, from where the one before it ended: no text takes long.
        """
        first, *rest = self.words
        if not sentence.startswith(first):
            return None
        values, at = [], len(first)
        for number, word in enumerate(rest, 1):
            is_last = number == len(rest)
            place = len(sentence) - len(word) if is_last else sentence.find(word, at)
            if place < at or not sentence.startswith(word, place):
                return None
            values.append(sentence[at:place])
            at = place + len(word)
        return values if at == len(sentence) else None


@cache
def templates(code: str) -> tuple[Template, ...]:
    """Return the sentences of a language, those with the most words first; none of English."""
    file = LOCALES / f"{code}.po"
    if not file.exists():
        return ()
    from babel.messages.pofile import read_po  # only where a sentence is said

    with file.open("rb") as opened:
        messages = [(str(m.id), str(m.string)) for m in read_po(opened) if m.id and m.string]
    messages.sort(key=lambda pair: -len(pair[0].replace(GAP, "")))
    return tuple(Template(tuple(english.split(GAP)), other) for english, other in messages)


def translate(sentence: str, code: str) -> str:
    """Say a sentence of the engine in a language.

    Args:
        sentence: As it was said in English.
        code: ISO 639-1 code of the language.
    """
    if len(sentence) > _LONGEST:
        return sentence
    for template in templates(code):
        values = template.find_values(sentence)
        if values is not None:
            known = [translate(value, code) if value != sentence else value for value in values]
            return template.other.format(*known)
    return sentence
