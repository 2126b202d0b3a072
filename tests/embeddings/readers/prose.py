"""Invented stories, in French and English, that the tests wrap in the pages of invented papers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Story:
    """What its author wrote, and what the paper says of it."""

    title: str
    author: str
    day: date
    paragraphs: tuple[str, ...]
    language: str = "fr"


def _told(text: str) -> tuple[str, ...]:
    """Return the paragraphs of a text that was wrapped by hand."""
    return tuple(part.strip().replace("\n", " ") for part in text.split("\n\n"))


BRIDGE = Story(
    "Le pont de Kerlan fermé aux camions jusqu’à l’automne",
    "Maëlle Le Goff",
    date(2019, 3, 14),
    _told("""
Le pont de Kerlan, qui relie les deux rives de l’Aven depuis 1934, est interdit aux poids lourds
depuis mercredi matin. La décision a été prise après une inspection de routine.

« Nous avons trouvé de la corrosion sur trois haubans », explique Yann Tanguy, ingénieur au
conseil départemental. « Ce n’est pas dangereux pour les voitures\u00a0; ça le serait pour un
quarante tonnes. »

Les camions doivent faire un détour de 22\u00a0kilomètres par Pont-Croix. Les transporteurs de la
zone artisanale, eux, chiffrent le surcoût à 4\u202f000 euros par semaine.

Une réunion publique est prévue jeudi 21 mars à 18 h 30, à la salle des fêtes.

Les travaux, estimés à 1,2 million d’euros, commenceront en mai. Ils dureront cinq mois si la
météo le permet, selon le département.
"""),
)
BAKER = Story(
    "À Saint-Aubin, une boulangère rachète le moulin de son grand-père",
    "Jean-Baptiste Ferrand",
    date(2021, 11, 2),
    _told("""
Trente ans après sa fermeture, le moulin de la Rouvre va moudre à nouveau. Claire Aubert,
boulangère à Saint-Aubin, a signé l’acte de vente vendredi.

Son grand-père y a travaillé jusqu’en 1991, quand les grandes minoteries ont cassé les prix. «
Il disait que la farine parle à ceux qui l’écoutent », sourit-elle.

Le projet coûtera 310\u00a0000 euros, dont un tiers vient d’une souscription lancée auprès des
habitants. Plus de 600 personnes ont versé au moins vingt euros.

La roue, en bois de chêne, sera refaite par un charpentier de marine de Cancale. Il n’en existe
plus que quatre de cette taille en Normandie.

La première farine est attendue pour la Saint-Jean.
"""),
)
LIBRARY = Story(
    "La bibliothèque prête désormais des outils de jardin",
    "Inès Moreau",
    date(2023, 4, 8),
    _told("""
Entre les romans policiers et les bandes dessinées, une bêche. Depuis samedi, la médiathèque de
Villeneuve prête aussi des outils, pour trois semaines au plus.

L’idée vient d’une lectrice, Jacqueline Roy, 74 ans : « On n’a pas besoin d’une motobineuse à
soi, on en a besoin un dimanche par an. »

Quarante-deux outils ont été donnés par les habitants, réparés par le lycée professionnel, puis
étiquetés comme des livres.

Deux règles seulement : rendre l’outil propre, et dire s’il est cassé. Aucune caution n’est
demandée.

En une semaine, la moitié du fonds était sortie, et la motobineuse réservée jusqu’en juin, se
réjouit la directrice, Salomé Petit.
"""),
)
FERRY = Story(
    "Island ferry to run on batteries from next spring",
    "Fiona MacRae",
    date(2022, 9, 30),
    _told("""
The ferry that has linked Ardvar with the mainland since 1978 will be replaced by a
battery-powered vessel next spring, the operator said on Friday.

“It is quieter, it is cleaner, and the crew will no longer smell of diesel,” said Callum Reid,
who has captained the crossing for nineteen years.

The new boat will carry 24 cars instead of 18. It will charge for eleven minutes at each end of
the 3.2-mile crossing.

Islanders had feared a rise in fares after the £9.4m order. The operator’s board has promised to
freeze them until 2025.

Not everyone is convinced. “Ask me again in February, in a gale,” said Morag Sinclair, who runs
the post office.
"""),
    "en",
)
ORCHESTRA = Story(
    "Youth orchestra saved by a sale of second-hand shoes",
    "Daniel Okafor",
    date(2020, 1, 17),
    _told("""
A youth orchestra that was two weeks from closing has raised £31,000 by selling second-hand
shoes, its founder has announced.

Volunteers in Millbrook collected 6,200 pairs from schools, offices and one very surprised
football club. Most went for a fiver.

“We thought we would pay the heating bill,” said Ruth Pemberton, 61. “We have paid for two years
of lessons.”

The council withdrew its grant of £18,000 last June, after 34 years. It said on Thursday that
the decision “will be looked at again”.

The orchestra’s next concert, on 8 February, is sold out.
"""),
    "en",
)
DIGS = Story(
    "Roman kiln found under supermarket car park",
    "Priya Nair",
    date(2024, 2, 29),
    _told("""
Archaeologists have uncovered a Roman pottery kiln beneath a supermarket car park in Aldersley,
still holding the pots of its last firing.

The kiln, about 1,800 years old, was found in January when workmen dug a trench for charging
points.

“Somebody lit the fire, walked away, and never came back,” said Dr Helen Marsh of the county
museum. “We would dearly like to know why.”

Forty-one vessels have been lifted so far. One bears the thumbprint of its maker.

The finds will go on show at the county museum from 6 May; admission is free.
"""),
    "en",
)
