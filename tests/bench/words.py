"""Corpora of any size from a word model: the seeds' sentences, with other words in them.

A sentence of the seeds lends its length, its function words and its punctuation; its subject words
are drawn anew: some from a few that are the article's own, the rest by the law of Zipf and
Mandelbrot from a vocabulary without end, the seeds' words first, then words whose letters follow
each other as theirs do. The same seed gives the same corpus everywhere.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from embeddings.text.analysis import STOP, fold
from embeddings.text.passages import paragraphs
from embeddings.text.sentences import sentences

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
OWN = 0.4
"""The share of an article's subject words that come from its own few."""
OWN_WORDS = 12
COMMON, NAMES = (0.35, 25), (0.5, 300)
"""How often a word comes, by its rank r: as (1 + r / b) ** -(a + 1), for (a, b); of an article's
own words, so are those drawn that come after the seeds'."""
RAREST = 3_000_000
SOURCES = 40
_TOKEN = re.compile(r"[^\W\d_]+|[\W\d_]+")
_OPENINGS = {
    "fr": ("Que sait-on de", "Qui a parlé de", "Combien de", "Où et quand"),
    "en": ("What is known about", "Who talked about", "How many", "Where and when"),
}

Skeleton = tuple[tuple[str, bool], ...]
"""A sentence: its pieces in order, and whether each is a subject word."""


@dataclass(frozen=True)
class Asked:
    """A question made of a passage's own words, and where that passage stands."""

    question: str
    article: str
    paragraph: int


class Model:
    """Writes articles; what it knows of language, it has from the seeds."""

    def __init__(self, seed: int = 0, folder: Path = SEEDS) -> None:
        self.seed = seed
        self.stories = [_skeletons(path) for path in sorted(folder.glob("*-*.md"))]
        pieces = [p for _, story in self.stories for para in story for s in para for p in s]
        self.common = [w for w, _ in Counter(w for w, subject in pieces if subject).most_common()]

    def article(self, number: int) -> tuple[str, str, list[list[str]]]:
        """Return the language, the title and the paragraphs, as sentences, of an article."""
        chance = np.random.default_rng((self.seed, number))
        language, story = self.stories[number % len(self.stories)]
        own = [self.word(len(self.common) + r) for r in _ranks(chance, OWN_WORDS, *NAMES)]
        title = " ".join(own[:5]).capitalize()
        return language, title, [[self._sentence(s, own, chance) for s in para] for para in story]

    def _sentence(self, skeleton: Skeleton, own: list[str], chance: np.random.Generator) -> str:
        ranks = _ranks(chance, len(skeleton), *COMMON)
        mine = chance.random(len(skeleton)) < OWN
        picked = chance.integers(0, len(own), len(skeleton))
        text = "".join(
            piece if not subject else own[picked[i]] if mine[i] else self.word(ranks[i])
            for i, (piece, subject) in enumerate(skeleton)
        )
        return text[:1].upper() + text[1:]

    def word(self, rank: int) -> str:
        """Return the word of a rank, from 1."""
        if rank <= len(self.common):
            return self.common[rank - 1]
        return _invented(rank, self)

    def new_word(self, rank: int) -> str:
        """Return an invented word that is not kept, for who wants one after the other."""
        return _invented.__wrapped__(rank, self)

    @cached_property
    def letters(self) -> dict[str, list[str]]:
        """What letters follow two others in the seeds' words, as often as they do."""
        following: dict[str, list[str]] = defaultdict(list)
        for word in self.common:
            padded = f"##{word.lower()}#"
            for i in range(len(padded) - 2):
                following[padded[i : i + 2]].append(padded[i + 2])
        return following


def _ranks(chance: np.random.Generator, count: int, a: float, b: float) -> list[int]:
    return (1 + np.minimum(chance.pareto(a, count) * b, RAREST)).astype(int).tolist()


@lru_cache(maxsize=1 << 18)
def _invented(rank: int, model: Model) -> str:
    chance = random.Random(rank)
    word = "##"
    while len(word) < 6 or (word[-1] != "#" and len(word) < 16):
        word += chance.choice(model.letters.get(word[-2:]) or ["a"]).replace("#", "e")
        if len(word) > 7 and "#" in model.letters.get(word[-2:], ()) and chance.random() < 0.5:
            break
    return word.strip("#")


def change(stories: Path, folder: Path, how: str, share: float = 0.01) -> Path:
    """Write some of the articles into a folder, a sentence longer; return the folder."""
    folder.mkdir()
    files = sorted(stories.glob("*.md"))[:: round(1 / share)]
    for number, file in enumerate(files):
        said = f" The story number {number} was revised {how}."
        (folder / file.name).write_text(file.read_text("utf-8") + said, encoding="utf-8")
    return folder


def write(folder: Path, passages: int, questions: int, seed: int = 0) -> list[Asked]:
    """Write a corpus of at least so many passages, as files to be added.

    Args:
        folder: Where the articles' files go; made when it is not there.
        passages: How many passages the articles have in all.
        questions: How many questions are made from passages all over the corpus.
        seed: Another one gives another corpus.
    """
    folder.mkdir(parents=True, exist_ok=True)
    asked: list[Asked] = []
    for number, first, story in _stories(Model(seed), passages):
        language, _, parts = story
        (folder / f"{name(number)}.md").write_text(_file(number, *story), encoding="utf-8")
        for i in range(len(parts)):
            if len(asked) * passages <= (first + i) * questions and len(asked) < questions:
                asked.append(Asked(question(parts[i], language, first + i), name(number), i + 1))
    return asked


def _stories(model: Model, passages: int) -> Iterator[tuple[int, int, tuple]]:
    first = number = 0
    while first < passages:
        story = model.article(number)
        yield number, first, story
        first += len(story[2])
        number += 1


def name(number: int) -> str:
    """Return the id of an article."""
    return f"article-{number:07}"


def question(sentences_: list[str], language: str, seed: int) -> str:
    """Ask for a sentence of a passage with some of its subject words."""
    chance = random.Random(seed)
    words = re.findall(r"[^\W\d_]{4,}", chance.choice(sentences_))
    subjects = [w for w in words if fold(w) not in STOP[language]][:12]
    picked = sorted(chance.sample(range(len(subjects)), min(4, len(subjects))))
    return " ".join([chance.choice(_OPENINGS[language]), *(subjects[i] for i in picked), "?"])


def save(questions: list[Asked], path: Path) -> None:
    """Keep questions beside the corpus that they are of."""
    path.write_text(json.dumps([asdict(q) for q in questions]), encoding="utf-8")


def load(path: Path) -> list[Asked]:
    """Read questions again."""
    return [Asked(**q) for q in json.loads(path.read_text(encoding="utf-8"))]


def _file(number: int, language: str, title: str, parts: list[list[str]]) -> str:
    """Return an article as the corpus keeps it."""
    day = date(2015, 1, 1) + timedelta(days=number % 3650)
    front = {
        "id": name(number),
        "title": title,
        "source": f"Gazette {number % SOURCES}",
        "date": day,
        "language": language,
    }
    head = "".join(f"{key}: {value}\n" for key, value in front.items())
    return f"---\n{head}---\n" + "\n\n".join(" ".join(part) for part in parts)


def _skeletons(path: Path) -> tuple[str, list[list[Skeleton]]]:
    """Return a seed's language and its paragraphs, as sentences with room for other words."""
    front, text = path.read_text(encoding="utf-8").removeprefix("---\n").split("\n---\n", 1)
    language = "en" if "language: en" in front else "fr"
    spans = [s for s in paragraphs(text) if not s.of(text).startswith("#")]
    parts = [[s.of(text) for s in sentences(text, p.start, p.end)] for p in spans]
    return language, [[_skeleton(s, language) for s in part] for part in parts]


def _skeleton(sentence: str, language: str) -> Skeleton:
    return tuple(
        (piece, len(piece) > 2 and piece.isalpha() and fold(piece) not in STOP[language])
        for piece in _TOKEN.findall(sentence)
    )
