"""A story's text on Discord: nothing in it acts, and every word of it is there."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.ui.markup import clean, count_differences, escape, fit, shorten, tell_differences, unescape

NASTY = st.text(
    st.one_of(
        st.sampled_from("*_~`|<>[]()@#:/\\-+.0123456789 \n\t«»"),
        st.sampled_from(
            "\u202e\u2066\u2069\u200f\u061c\u05d0\u0627\u0000\x1b\u2028\ud800\U000e0041"
        ),
        st.characters(),
    ),
    max_size=300,
)

ATTACKS = {
    "a mention of a person": "<@123456789>",
    "a mention by nickname": "<@!123456789>",
    "a mention of a role": "<@&123456789>",
    "a mention of everybody": "@everyone",
    "a mention of those who are here": "@here",
    "a mention of a channel": "<#123456789>",
    "a mention of a command": "</ask:123456789>",
    "a link to a page of the server": "<id:customize>",
    "a masked link": "[votre banque](https://evil.example)",
    "a masked link in angle brackets": "[x](<https://evil.example>)",
    "a bare address": "https://evil.example/_x_",
    "an address without a preview": "<https://evil.example>",
    "an own emoji": "<:ok:123456789>",
    "a moving emoji": "<a:ok:123456789>",
    "an emoji by its name": ":skull:",
    "a time": "<t:0:R>",
    "bold": "**gras**",
    "italics": "*penché* _penché_",
    "underlined": "__souligné__",
    "struck out": "~~barré~~",
    "a spoiler": "||caché||",
    "code": "`code`",
    "a code fence": "```py\ncode\n```",
    "a heading": "# Titre",
    "a small heading": "### Titre",
    "small print": "-# petit",
    "a quotation": "> cité",
    "a long quotation": ">>> cité",
    "a list": "- un",
    "a starred list": "* un",
    "a numbered list": "1. un",
    "a numbered list with brackets": "1) un",
    "a backslash before a mark": "\\*pas gras\\*",
    "a backslash at the end": "fin\\",
}

ACTS = (
    r"(?<!\\)<(?:@|#|/|:|a:|t:|id:|https?:)",
    r"@(?:everyone|here)",
    r"<[@#]",
    r"(?<!\\)\]\(",
    r"https?://",
    r"(?<!\\):\w+:",
    r"(?<!\\)(?:\\\\)*[*_~`|\[\]<>]",
    r"^(?:#{1,3}|-#|[-*+]|>{1,3}|\d+[.)])\s",
    r"(?<!\\)(?:\\\\)*\\$",
)
"""What Discord, or its server, would act on."""


def test_no_attack_does_anything_alone_or_inside_a_sentence() -> None:
    acting = [
        (name, act)
        for name, attack in ATTACKS.items()
        for act in ACTS
        for said in (attack, f"Il a dit {attack} hier.")
        if re.search(act, escape(said), re.MULTILINE)
    ]
    assert acting == []


def test_every_attack_is_shown_as_it_was_written() -> None:
    shown = {name: unescape(escape(attack)) for name, attack in ATTACKS.items()}
    assert shown == {name: " ".join(attack.split()) for name, attack in ATTACKS.items()}


@given(NASTY)
def test_every_text_comes_back_as_it_was(text: str) -> None:
    assert unescape(escape(text)) == clean(text).strip(" ")


@given(NASTY)
def test_no_text_has_a_second_line(text: str) -> None:
    assert len(escape(text).splitlines()) <= 1


def test_ordinary_prose_is_left_as_it_is() -> None:
    cases = [
        "L’avenir, c’est « demain » : 3,5 % de plus… – dit-elle (à 20 h 15).",
        "Les prix montent : 1 200 € contre 900 € en mai 2018 !",
        "well-known, e.g. O'Neil & Sons; 50/50 = half.",
    ]
    assert not [text for text in cases if escape(text) != text]


def test_marks_that_turn_the_text_are_taken_out() -> None:
    marks = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    assert {escape(f"facture{mark}fdp.exe") for mark in marks} == {"facturefdp.exe"}


def test_letters_from_right_to_left_do_not_turn_what_follows() -> None:
    assert escape("שלום") == "\N{FIRST STRONG ISOLATE}שלום\N{POP DIRECTIONAL ISOLATE}"


def test_tags_that_nobody_sees_are_taken_out() -> None:
    assert escape("a\U000e0041\U000e0042b") == "ab"


def test_half_a_character_can_still_be_sent() -> None:
    assert escape("a\ud800b").encode("utf-8") == "a\N{REPLACEMENT CHARACTER}b".encode()


def test_line_ends_become_spaces_and_no_break_spaces_stay() -> None:
    assert (
        escape("un\r\n  deux\u2028trois\N{NO-BREAK SPACE}?") == "un deux trois\N{NO-BREAK SPACE}?"
    )


@given(NASTY, st.integers(min_value=1, max_value=120))
def test_a_text_that_is_fitted_keeps_to_its_limit(text: str, limit: int) -> None:
    assert len(fit(text, limit)) <= limit


def test_a_text_that_fits_is_whole() -> None:
    assert fit("un *deux*", 11) == r"un \*deux\*"


def test_a_text_is_cut_after_a_word() -> None:
    assert fit("La Loire a débordé dimanche", 20) == "La Loire a débordé…"


def test_a_text_without_spaces_is_cut_anyway() -> None:
    assert shorten("a" * 50, 10) == "aaaaaaaaa…"


def test_of_two_texts_no_difference_is_told_that_cannot_be_seen() -> None:
    before, after = "Le maire a signé hier.", "Le maire\u200b a \u200bsigné hier."
    assert tell_differences(before, after, 100) == ""
    assert tell_differences(before, after.replace("hier", "lundi"), 100).endswith(
        "~~hier.~~ **lundi.**"
    )


def test_paragraphs_are_counted_that_were_changed_added_or_removed() -> None:
    before, after = "A\n\nB\n\nC\n\nD\n\nE\n\nF", "A\n\nb\n\nC\n\nX\n\nY\n\nZ\n\nE"
    assert count_differences(before, after) == {"changed": 2, "added": 2, "removed": 1}
    assert not any(count_differences(before, before).values())


def test_paragraphs_are_compared_one_with_one() -> None:
    before = "\n\n".join(f"La Loire monte de {n} mètres, les quais sont fermés." for n in range(99))
    told = tell_differences(before, before.replace("fermés", "ouverts"), 200)
    one = "… mètres, les quais sont ~~fermés.~~ **ouverts.** "
    assert told == f"{3 * one}…"


def test_differences_a_few_words_apart_are_told_in_one_go() -> None:
    before = "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze"
    after = before.replace("trois", "3").replace("cinq", "5").replace("quinze", "seize")
    assert tell_differences(before, after, 400) == (
        "un deux ~~trois~~ **3** quatre ~~cinq~~ **5** six sept huit neuf … "
        "onze douze treize quatorze ~~quinze~~ **seize**"
    )


def test_an_ellipsis_marks_what_is_left_out_around_a_difference() -> None:
    before = "un deux trois quatre cinq six sept huit neuf dix onze"
    after = before.replace("six", "6")
    told = "… deux trois quatre cinq ~~six~~ **6** sept huit neuf dix …"
    assert tell_differences(before, after, 400) == told
    assert tell_differences(before + "\n\nC\n\nA.", after + "\n\nC\n\nB.", len(told)) == told
    assert tell_differences(before, after, 20) == ""
