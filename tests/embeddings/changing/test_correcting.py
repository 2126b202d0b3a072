"""Corrected files: which article each corrects, and which fields stay."""

from __future__ import annotations

import datetime as dt

import pytest

from embeddings.changing.changeset import Change
from embeddings.changing.correcting import amend
from embeddings.changing.planning import Planner
from embeddings.errors import InputError
from embeddings.readers import Draft
from embeddings.types import ATTACHED, SHARED, Article

WORDS = "La Loire a débordé dimanche à Orléans, où deux vieux ponts sont fermés jusqu’à mardi soir."
FILE = f"{ATTACHED}crue.md"
STORY = Article(
    "crue",
    "La crue",
    WORDS,
    source="La Gazette",
    author="Ada",
    date=dt.date(2018, 6, 21),
    url="https://gazette.example/crue",
    origin=FILE,
)
OTHER = "Les boulangers de Tours vendent la baguette un euro vingt depuis avril, disent-ils."


def plan(text: str, title: str = "Autre titre", hand: str = "", **fields: object) -> Change:
    draft = Draft(text=text, title=title, **fields)
    by_hand = {"crue": (hand,)} if hand else {}
    return Planner((STORY,), (), SHARED, by_hand).plan([("given", draft)])


def test_a_correction_is_recognised_by_file_title_and_source_or_words() -> None:
    recognised = {
        "same file": plan(OTHER, origin=FILE),
        "same title and source": plan(OTHER, "LA CRUE ", source="la gazette"),
        "nearly the same words": plan(WORDS.replace("mardi", "jeudi")),
    }
    new = {
        "other file": plan(OTHER, origin=f"{ATTACHED}pain.md"),
        "same title of another source": plan(OTHER, "La crue", source="Le Soir"),
        "other words": plan(OTHER),
        "few words": plan("La Loire a débordé."),
    }
    names = {n: [a.id for a in each.instead.values()] for n, each in recognised.items()}
    assert [n for n, found in names.items() if found != ["crue"]] == []
    assert [n for n, each in new.items() if each.instead] == []
    assert all(len(each.added) == 1 for each in (*recognised.values(), *new.values()))


def test_fields_that_a_correction_does_not_state_stay() -> None:
    found = plan(OTHER, "Deviné", origin=FILE, author="Bea", inferred=("title",))
    (corrected,) = found.apply_corrections().changed
    assert (corrected.title, corrected.author, corrected.source) == ("La crue", "Bea", "La Gazette")
    assert (corrected.date, corrected.url, corrected.text) == (STORY.date, STORY.url, OTHER)
    assert found.apply_corrections().added == ()


def test_fields_set_by_hand_stay() -> None:
    found = plan(OTHER, "Titre neuf", hand="title", origin=FILE)
    assert [a.title for a in found.instead.values()] == ["La crue"]


def test_two_files_do_not_replace_one_article() -> None:
    drafts = [("a", Draft(text=OTHER + n, title="x", origin=FILE)) for n in "12"]
    found = Planner((STORY,), (), SHARED).plan(drafts)
    assert (len(found.added), len(found.instead)) == (2, 1)


def test_a_text_set_by_hand_is_stored_as_paragraphs() -> None:
    told = amend(STORY, {"text": "\r\n Une ligne.  \r\n\r\n\r\n\r\nUne autre.\n"})
    assert told.text == "Une ligne.\n\nUne autre."
    with pytest.raises(InputError, match="no paragraph to quote"):
        amend(STORY, {"text": "## Un intertitre"})
