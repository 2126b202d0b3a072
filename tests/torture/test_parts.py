"""What the torture is made of: stories, processes, and editors that go on."""

from __future__ import annotations

import random
from pathlib import Path
from unittest.mock import patch

import pytest

from embeddings.loaded import LoadedSnapshot
from embeddings.store.audit import Audit
from embeddings.store.database import Database
from embeddings.store.rows import CollectionRows
from embeddings.text.passages import split
from tests.embeddings.readers.reading import read
from tests.torture.mutants import MUTANTS
from tests.torture.people import WHATS, Editor
from tests.torture.processes import Child, members
from tests.torture.seen import DONE, LATER, Work
from tests.torture.stories import PAPERS, TOLD, Story, write_first

PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("started", flush=True)
time.sleep(60)
"""


class OneWay(Editor):
    """Is told of each work what it is given, in turn, and stops then."""

    def __init__(self, *told: str) -> None:
        super().__init__("A", random.Random(1), [])
        self.told = list(told)

    async def do(self, work: Work) -> None:
        work.end(self.told.pop(0))
        self.over = not self.told


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_changes_a_method_of_the_program_and_adds_none(name: str) -> None:
    classes = (Audit, CollectionRows, Database, LoadedSnapshot)
    before = [dict(vars(each)) for each in classes]
    MUTANTS[name]()
    after = [dict(vars(each)) for each in classes]
    patch.stopall()
    assert after != before
    assert [*map(set, after)] == [*map(set, before)]


def test_each_edition_of_a_story_answers_in_words_of_its_own() -> None:
    stories = [Story(p, t, n) for p in PAPERS for t in TOLD for n in range(50)]
    assert len({story.answer for story in stories}) == len(stories)


def test_a_story_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_first(tmp_path, 3)
    assert len(list(tmp_path.iterdir())) == len(PAPERS) * len(TOLD) + 1
    for edition in range(3):
        story = Story("B", TOLD[2], edition)
        file = tmp_path / f"{story.id}.md"
        file.write_text(story.text(), encoding="utf-8")
        article = read(file).article(story.id)
        passages = [article.text[p.start : p.end] for p in split(article)]
        assert (read(file).id, article.title) == (story.id, story.title)
        assert passages[-1] == story.answer
        assert len(passages) == 1 + edition % 3


def test_an_editor_brings_one_edition_after_the_other_and_does_everything() -> None:
    works = [OneWay().choose() for _ in range(1)] + [e.choose() for e in [OneWay()] * 200]
    brought = [work.edition for work in works[1:] if work.what == "add"]
    assert brought == list(range(1, 1 + len(brought)))
    assert {work.what for work in works} == set(WHATS) - {"edit"}


async def test_a_work_that_is_put_off_is_tried_again() -> None:
    editor = OneWay(LATER, LATER, DONE)
    await editor.work()
    assert [work.told for work in editor.works] == [DONE]


@pytest.mark.process
def test_a_child_that_is_killed_leaves_what_it_started_until_it_is_swept(tmp_path: Path) -> None:
    one = Child("parent", ["-c", PARENT], {}, tmp_path)
    one.start()
    while "started" not in one.log.read_text():
        assert one.code is None
    one.kill()
    assert one.code == -9
    assert len(one.orphans(0.2)) == 1
    one.sweep()
    assert one.orphans(5) == members(one.groups) == []


@pytest.mark.process
def test_a_child_that_is_asked_to_end_says_how_it_ended(tmp_path: Path) -> None:
    one = Child("quick", ["-c", "raise SystemExit(3)"], {}, tmp_path)
    one.start()
    while one.code is None:
        pass
    assert one.end(20) == 3
