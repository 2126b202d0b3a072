"""Two thousand passages and fifty questions, each with one passage that answers it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASSAGES = 2000
QUESTIONS = 50
ARTICLES = 50


def _list(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]


TOWNS = _list(
    "Brest, Lyon, Nantes, Lille, Rennes, Dijon, Metz, Nancy, Reims, Amiens, Rouen, Caen, Limoges,"
    "Pau, Nice, Toulon, Nîmes, Avignon, Grenoble, Annecy, Colmar, Mulhouse, Belfort, Troyes,"
    "Auxerre, Nevers, Bourges, Orléans, Blois, Chartres, Laval, Angers, Cholet, Niort, Saintes,"
    "Royan, Bayonne, Tarbes, Auch, Albi, Castres, Rodez, Millau, Mende, Privas, Valence, Gap,"
    "Digne, Ajaccio, Bastia"
)
EVENTS = (
    "la piscine a rouvert",
    "le musée a été inauguré",
    "la gare a fermé",
    "le théâtre a brûlé",
    "l’hôpital a été agrandi",
)
MONTHS = _list("janvier, février, mars, avril, mai, juin, juillet, août, septembre, octobre")
CROPS = _list("blé, orge, colza, maïs, seigle, avoine, tournesol, houblon, betteraves, pommes")
VALLEYS = _list("la Creuse, la Vienne, la Drôme, l’Ardèche, l’Isère, la Somme, l’Orne, la Sarthe")


@dataclass(frozen=True)
class Question:
    """What is asked, and the words that answer it."""

    text: str
    answer: str


def questions() -> list[Question]:
    """Fifty questions: one town, one event and one day each."""
    asked = []
    for number, town in enumerate(TOWNS[:QUESTIONS]):
        event = EVENTS[number % len(EVENTS)]
        day = f"{number % 27 + 2} {MONTHS[number % len(MONTHS)]} {1960 + number}"
        asked.append(Question(f"Quel jour {event} à {town} ?", f"À {town}, {event} le {day}."))
    return asked


def fillers() -> Iterator[str]:
    """Harvests, each unlike every other by its figures; none speaks of a town."""
    for number in itertools.count():
        crop, valley = CROPS[number % len(CROPS)], VALLEYS[number % len(VALLEYS)]
        yield f"La récolte de {crop} dans {valley} a donné {4321 + 7 * number} tonnes."


def write(folder: Path, each: int = PASSAGES // ARTICLES) -> None:
    """Write the articles as Markdown files of so many passages; each has one of the answers."""
    folder.mkdir()
    facts, harvests = questions(), fillers()
    for number in range(ARTICLES):
        paragraphs = list(itertools.islice(harvests, each - 1))
        paragraphs.insert(number % each, facts[number].answer)
        head = f"---\ntitle: Chronique numéro {number + 1}\ndate: 2020-01-01\n---\n\n"
        text = head + "\n\n".join(paragraphs) + "\n"
        (folder / f"chronique-{number + 1}.md").write_text(text, encoding="utf-8")
