"""What the torture is made of: stories, ledgers, children, and what an asker finds by itself."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest

from embeddings.articlefile import parse
from embeddings.text.passages import split
from tests.torture.asker import Asker
from tests.torture.children import Child
from tests.torture.ledger import DONE, LATER, Ledger, Work
from tests.torture.reindexer import WHATS, Reindexer
from tests.torture.stories import PAPERS, TOLD, Story, write_first
from tests.torture.test_judge import both, said

if TYPE_CHECKING:
    from pathlib import Path

PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("started", flush=True)
time.sleep(60)
"""


class OneWay:
    """Tells of each work what it is given, in turn."""

    def __init__(self, *told: str) -> None:
        self._told = list(told)

    def do(self, work: Work) -> None:
        work.end(self._told.pop(0))


def child(folder: Path) -> Child:
    """Return a process that has started another."""
    one = Child("parent", lambda _: ["-c", PARENT], {}, folder)
    one.start()
    while "started" not in one.log.read_text():
        assert one.code is None
    return one


def test_each_edition_of_a_story_answers_in_words_of_its_own() -> None:
    stories = [Story(p, t, n) for p in PAPERS for t in TOLD for n in range(50)]
    assert len({story.answer for story in stories}) == len(stories)


@pytest.mark.parametrize("edition", [0, 1, 2])
def test_a_story_is_read_as_it_was_written(tmp_path: Path, edition: int) -> None:
    story = Story("B", TOLD[2], edition)
    article = parse(story.text().encode(), f"{story.id}.md")
    passages = [article.text[p.start : p.end] for p in split(article)]
    assert (article.id, article.title) == (story.id, story.title)
    assert passages[-1] == story.answer
    assert len(passages) == 1 + edition % 3
    write_first(tmp_path / "first", 3)
    assert len(list((tmp_path / "first").iterdir())) == len(PAPERS) * len(TOLD) + 1


def test_a_ledger_knows_how_each_work_ended_and_forgets_a_torn_line(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    first, second = Work("A", "add", 1, ["Brest"], 1.0), Work("A", "remove", began=2.0)
    for work in (first, second):
        ledger.write(work)
    first.end(DONE, "", "s1")
    ledger.write(first)
    with (tmp_path / "ledger.jsonl").open("a") as file:
        file.write('{"paper": "A", "wha')
    assert ledger.works() == [first, second]


def test_a_reindexer_goes_on_with_the_edition_after_its_last(tmp_path: Path) -> None:
    Ledger(tmp_path / "ledger.jsonl").write(Work("A", "add", 7, ["Brest"]))
    one = Reindexer(OneWay(), "A", tmp_path, random.Random(1))
    works = [one.next() for _ in range(200)]
    brought = [work.edition for work in works if work.what == "add"]
    assert brought == list(range(8, 8 + len(brought)))
    assert {work.what for work in works} == set(WHATS) - {"edit"}


def test_a_work_that_is_put_off_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.torture.reindexer.PAUSE", 0.0)
    one = Reindexer(OneWay(LATER, LATER, DONE), "A", tmp_path, random.Random(1))
    one.once()
    [work] = Ledger(tmp_path / "ledger.jsonl").works()
    assert (work.told, work.tries) == (DONE, 2)


def test_a_child_that_is_killed_alone_leaves_what_it_started(tmp_path: Path) -> None:
    one = child(tmp_path)
    one.kill(whole=False)
    assert len(one.orphans(0.2)) == 1
    one.sweep()
    assert one.orphans(5) == []


def test_a_child_that_is_killed_whole_leaves_nothing(tmp_path: Path) -> None:
    one = child(tmp_path)
    one.kill(whole=True)
    assert one.orphans(5) == []
    assert one.code == -9


def test_a_child_that_is_asked_to_end_says_how_it_ended(tmp_path: Path) -> None:
    one = Child("quick", lambda life: ["-c", f"raise SystemExit({life})"], {}, tmp_path)
    for code in (0, 1):
        one.start()
        assert one.ended(20) == code
    assert one.lives == 2


def test_an_asker_notes_what_is_wrong_with_a_reply_by_itself(tmp_path: Path) -> None:
    one = Asker("http://localhost", "asker-0", 1, 1, file=tmp_path / "answers")
    a, b = both("Brest", 1, 2)
    replies = [said(a, b), said(a, Story("A", "Brest", 2)), said(a).replace("piscine", "pisine")]
    for reply in replies:
        one.keep({"town": "Brest", "began": 1.0, "ended": 2.0, "reply": reply})
    lines = (tmp_path / "answers").read_text().splitlines()
    good, twice, strange = (json.loads(line)["wrong"] for line in lines)
    assert good == []
    assert twice == ["two editions of one paper"]
    assert "pisine" in strange[0]
