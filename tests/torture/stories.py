"""Two newspapers whose every passage names its edition, and what a reply quotes of them.

Both tell the same event of each town in words of their own, so that an answer quotes the two, and
a generation is known by the editions that it has of both.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

from bot.ui.markup import unescape
from tests.bot.wire.crowd import EVENTS, MONTHS, TOWNS, fillers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

TOLD = TOWNS[:8]
PAPERS = ("A", "B")
_MARK = re.compile(r"(?:édition|numéro) (?P<paper>[AB])(?P<edition>\d+)")
_TITLE = re.compile(r"(?:\*\*)?(?:\d\. )?(?P<title>.*?)(?:\*\*)?")
_SIGNS = re.compile(r"\A> |\*\*")
_QUOTED = " «»\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"


@dataclass(frozen=True, order=True)
class Story:
    """One article: a paper's, about a town, in an edition."""

    paper: str
    town: str
    edition: int

    @property
    def id(self) -> str:
        """The article's id, which its editions share."""
        return f"{self.paper}-{self.town}".lower()

    @property
    def title(self) -> str:
        return f"{self.town}, édition {self.paper}{self.edition}"

    @property
    def answer(self) -> str:
        """The passage that answers ``question(town)``."""
        event, mark = event_of(self.town), f"{self.paper}{self.edition}"
        if self.paper == "A":
            return f"À {self.town}, {event} le {self._day}, annonce l’édition {mark} de la Gazette."
        return f"C’est le {self._day} que {event} à {self.town}, écrit le Courrier, numéro {mark}."

    @property
    def _day(self) -> str:
        chance = crc32(f"{self.paper} {self.town} {self.edition}".encode())
        return f"{chance % 27 + 2} {MONTHS[chance % len(MONTHS)]} {1950 + chance % 71}"

    def text(self) -> str:
        """Return it as a file; its passages are not as many in every edition."""
        letters = 1000 + 7 * self.edition + TOLD.index(self.town)
        mayor, mark = f"Le maire de {self.town} a lu", f"dit le {self.paper}{self.edition}"
        others = [f"{mayor} {letters + n} lettres, {mark}." for n in range(self.edition % 3)]
        head = f"---\nid: {self.id}\ntitle: {self.title}\ndate: 2020-01-01\nlanguage: fr\n---\n\n"
        return head + "\n\n".join([*others, self.answer]) + "\n"


def event_of(town: str) -> str:
    """Return what happened there."""
    return EVENTS[TOLD.index(town) % len(EVENTS)]


def question(town: str) -> str:
    """Return what both papers answer about a town."""
    return f"Quel jour {event_of(town)} à {town} ?"


def of_title(article: str, title: str) -> Story | None:
    """Return the story that an article of a generation is; None for what fills."""
    found = _MARK.search(title)
    if found is None:
        return None
    story = Story(found["paper"], title.partition(",")[0], int(found["edition"]))
    if (story.id, story.title) != (article, title):
        raise ValueError(f"the article {article!r} has the title {title!r}")
    return story


@dataclass(frozen=True)
class Quotes:
    """What a reply quotes.

    Attributes:
        stories: Those whose passage it quotes under their own title, word for word.
        strange: Words, or titles, that are no story's.
    """

    stories: frozenset[Story]
    strange: tuple[str, ...]


@lru_cache(maxsize=1 << 12)
def quotes(reply: str) -> Quotes:
    """Read the quotes of a reply, each with the title under it."""
    lines = reply.splitlines()
    stories, strange = set(), []
    for line, below in itertools.pairwise([*lines, ""]):
        if line.startswith("> "):
            words = unescape(_SIGNS.sub("", line)).strip(_QUOTED)
            titled = _TITLE.fullmatch(below)
            story = _story(words, unescape(titled["title"]) if titled else "")
            if story is None:
                strange.append(f"{words} ({below})")
            else:
                stories.add(story)
    return Quotes(frozenset(stories), tuple(strange))


def _story(words: str, title: str) -> Story | None:
    found, town = _MARK.search(words), title.partition(",")[0]
    if found is None or town not in TOLD:
        return None
    story = Story(found["paper"], town, int(found["edition"]))
    return story if (story.answer, story.title) == (words, title) else None


def write(folder: Path, stories: Iterable[Story]) -> None:
    """Write stories as files."""
    folder.mkdir(parents=True, exist_ok=True)
    for story in stories:
        (folder / f"{story.id}.md").write_text(story.text(), encoding="utf-8")


def write_first(folder: Path, filling: int) -> None:
    """Write the first editions, and so many passages that no question is about."""
    write(folder, (Story(paper, town, 0) for paper in PAPERS for town in TOLD))
    text = "\n\n".join(itertools.islice(fillers(), filling))
    head = "---\nid: moisson\ntitle: Les récoltes\ndate: 2020-01-01\nlanguage: fr\n---\n\n"
    (folder / "moisson.md").write_text(f"{head}{text}\n", encoding="utf-8")
