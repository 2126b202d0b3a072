"""The judge itself, judged: a run in which all was kept, and each way in which it may not be."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from tests.torture.judge import NOTHING, STALE, judge
from tests.torture.seen import DONE, REFUSED, Asked, Generation, Left, Seen, Work
from tests.torture.stories import TOLD, Story, of_title, question, quotes

if TYPE_CHECKING:
    from collections.abc import Callable

BREST, LYON = TOLD[:2]


def stories(a: int, b: int, *without: str) -> frozenset[Story]:
    """Return both papers in two editions, but for some towns."""
    papers = (("A", a), ("B", b))
    return frozenset(Story(p, t, n) for p, n in papers for t in TOLD if t not in without)


def said(*quoted: Story) -> str:
    """Return a reply as Discord shows it."""
    lines = [f"**{question(quoted[0].town)}**"]
    for number, story in enumerate(quoted, 1):
        lines += [f"> «\N{NO-BREAK SPACE}**{story.answer}**\N{NO-BREAK SPACE}»"]
        lines += [f"**{number}. {story.title}**", "-# paragraphe 1 · réponse probable"]
    return "\n".join(lines)


def asked(began: float, *quoted: Story, life: str = "one") -> Asked:
    """Return a question that was answered after a second."""
    return Asked(quoted[0].town, 0, life, began, began + 1, said(*quoted))


def both(town: str, a: int, b: int) -> tuple[Story, Story]:
    return Story("A", town, a), Story("B", town, b)


def line(what: str, snapshot: str, at: str) -> dict[str, Any]:
    return {"at": at, "what": what, "article": None, "snapshot": snapshot}


def kept() -> Seen:
    """Return what was seen where every promise was kept: three generations, and one again."""
    return Seen(
        asked=[
            asked(90, *both(BREST, 0, 0)),
            asked(110, *both(BREST, 1, 0)),
            asked(201, *both(LYON, 1, 0)),
            asked(202, *both(LYON, 1, 1)),
            asked(301, *both(BREST, 1, 0)),
            Asked(BREST, 0, "one", 310, None, "", lost=True),
        ],
        last=[asked(400, *both(BREST, 1, 0), life="two")],
        works=[
            Work("A", "add", 1, [BREST, LYON], 99, 101, DONE, "s1"),
            Work("B", "add", 1, [BREST], 199, 201, DONE, "s2"),
            Work("B", "add", 2, [BREST], 205, 206, REFUSED),
            Work("A", "rollback", 0, [], 299, 301, DONE, "s1"),
            Work("B", "add", 3, [BREST], 305),
        ],
        generations=[
            Generation("s0", 10, stories(0, 0)),
            Generation("s1", 100, stories(1, 0)),
            Generation("s2", 200, stories(1, 1)),
            Generation("s1", 300, stories(1, 0)),
        ],
        audit=[
            line("publish", "s0", "2026-01-01T00:00:00+00:00"),
            line("publish", "s1", "2026-01-01T00:01:00+00:00"),
            line("publish", "s2", "2026-01-01T00:02:00+00:00"),
            line("rollback", "s1", "2026-01-01T00:03:00+00:00"),
        ],
        left=Left("s1", 3, (), 0, 0),
        verified={"ok": True, "checked": 9, "problems": []},
    )


def ask(*new: Asked) -> Callable[[Seen], object]:
    return lambda seen: seen.asked.extend(new)


def test_a_run_in_which_all_was_kept_has_no_problem() -> None:
    verdict = judge(kept())
    assert verdict.problems == []
    assert verdict.counts["answers that quote both papers"] == 5
    assert verdict.counts["in the hands of a killed bot"] == 1
    assert 0 < verdict.stale < 2


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (ask(asked(150, *both(BREST, 0, 1))), "mixed generations"),
        (ask(asked(250, Story("A", BREST, 1), Story("B", LYON, 1))), "another town"),
        (ask(asked(250, *both(BREST, 7, 1))), "never published"),
        (ask(asked(101 + STALE, *both(BREST, 0, 0), life="two")), "too old"),
        (ask(asked(112, *both(BREST, 0, 0))), "went back"),
        (ask(Asked(BREST, 0, "one", 110, 111, NOTHING)), "no quote"),
        (ask(Asked(BREST, 0, "one", 110, 111, "Réessayez. (code X)")), "no quote"),
        (ask(Asked(BREST, 0, "one", 110)), "no answer"),
    ],
)
def test_a_wrong_answer_is_noticed(spoil: Callable[[Seen], object], word: str) -> None:
    seen = kept()
    spoil(seen)
    [problem] = judge(seen).problems
    assert word in problem


def test_words_of_one_edition_under_the_title_of_another_are_noticed() -> None:
    seen = kept()
    story = Story("A", BREST, 1)
    seen.asked[1].reply = said(story).replace(story.title, Story("A", BREST, 0).title)
    assert "no story's" in judge(seen).problems[0]


def test_words_that_differ_in_one_letter_are_noticed() -> None:
    seen = kept()
    seen.asked[1].reply = seen.asked[1].reply.replace("annonce", "anonce")
    assert "no story's" in judge(seen).problems[0]


def test_a_process_that_was_started_again_may_begin_with_what_it_had() -> None:
    seen = kept()
    seen.asked.append(asked(112, *both(BREST, 0, 0), life="two"))
    assert judge(seen).problems == []


def test_a_refusal_is_right_where_neither_paper_has_the_town() -> None:
    seen = kept()
    seen.generations[1] = Generation("s1", 100, stories(1, 0, BREST))
    seen.works[0].towns.remove(BREST)
    seen.asked[1].reply = NOTHING
    seen.asked[4:] = []
    seen.generations[3:], seen.audit[3:], seen.works[3:] = [], [], []
    seen.left = Left("s2", 3, (), 0, 0)
    seen.last = [asked(400, *both(BREST, 1, 1))]
    assert judge(seen).problems == []
    assert judge(seen).counts["refusals"] == 1


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda seen: seen.generations.pop(2), "reported, and never live"),
        (lambda seen: seen.works.append(Work("B", "add", 9, [LYON], 350, 360, DONE)), "never live"),
        (lambda seen: seen.works.append(Work("B", "remove", 0, [LYON], 350, 360, DONE, "s1")),
         "never live"),
        (lambda seen: seen.audit.pop(2), "is not what was live"),
        (lambda seen: seen.audit.insert(1, seen.audit[0]), "is not what was live"),
        (lambda seen: seen.audit.reverse(), "not in order"),
        (lambda seen: seen.faults.append("bot-1 ended by itself"), "by itself"),
        (lambda seen: seen.verified.update(ok=False), "verify"),
        (lambda seen: seen.last.clear(), "nobody asked in the end"),
        (lambda seen: seen.last.append(asked(400, *both(LYON, 0, 0))), "in the end shard"),
    ],
)  # fmt: skip
def test_what_is_lost_or_left_behind_is_noticed(spoil: Callable[[Seen], object], word: str) -> None:
    seen = kept()
    spoil(seen)
    assert any(word in problem for problem in judge(seen).problems)


@pytest.mark.parametrize(
    ("left", "word"),
    [
        ({"locks": ("process 1",)}, "locks are held"),
        ({"rows": 3}, "rows are nobody's"),
        ({"open": 1}, "transactions are open"),
    ],
)
def test_what_is_left_in_the_database_is_noticed(left: dict[str, Any], word: str) -> None:
    seen = kept()
    assert seen.left is not None
    seen.left = dataclasses.replace(seen.left, **left)
    assert any(word in problem for problem in judge(seen).problems)


def test_an_edition_that_a_later_generation_has_lost_is_noticed() -> None:
    seen = kept()
    seen.generations[2] = Generation("s2", 200, stories(0, 1))
    assert any("has lost edition 1" in problem for problem in judge(seen).problems)


def test_an_edition_that_was_rolled_back_is_not_lost_by_what_comes_after() -> None:
    seen = kept()
    first = seen.generations[0]
    seen.generations += [
        dataclasses.replace(first, at=300),  # the rollback
        Generation("s9", 400, first.stories),  # what is made of it
    ]
    assert not any("has lost" in problem for problem in judge(seen).problems)


def test_the_quotes_of_a_reply_are_the_stories_that_it_was_made_of() -> None:
    quoted = both(BREST, 3, 4)
    assert quotes(said(*quoted)).stories == set(quoted)
    assert all(of_title(story.id, story.title) == story for story in quoted)
