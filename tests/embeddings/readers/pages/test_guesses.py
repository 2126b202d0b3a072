"""Guesses: what lines say by themselves, and what is not made up."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from embeddings.readers.assemble import draft_of
from embeddings.readers.dates import date_in_name, first_date, read_date, without_date
from embeddings.readers.draft import Fields
from embeddings.readers.pages.guesses import (
    guess_author,
    guess_date,
    guess_language,
    guess_source,
    guess_title,
    guess_url,
    margins_of,
)
from tests.embeddings.readers.each import each

STORY = (
    "Le ministre de l’Intérieur a annoncé mardi soir sa démission à la surprise générale.\n\n"
    "Son successeur sera nommé demain, a fait savoir la présidence de la République."
)


@each(
    ("text", "title"),
    [
        (f"# La démission\n\n{STORY}", "La démission"),
        (f"Par X Y\n\n# La **vraie** démission #\n\n{STORY}", "La vraie démission"),
        (f"La démission du ministre\n====\n\n{STORY}", "La démission du ministre"),
        (f"**La démission**\n\n{STORY}", "La démission"),
        (f"La démission du ministre\n\n{STORY}", "La démission du ministre"),
        (f"La démission du ministre\n{STORY}", "La démission du ministre"),
        (f"Pourquoi démissionne-t-il\u00a0?\n\n{STORY}", "Pourquoi démissionne-t-il\u00a0?"),
        (f"info@issmi.fr\n12 rue de Paris\n\nIl démissionne\n\n{STORY}", "Il démissionne"),
        (f"Le 22 juin 2018\nPar Jean Dupont\nIl démissionne\n\n{STORY}", "Il démissionne"),
        (f"Un slogan ici\n\nLe vrai titre\n\nLe vrai titre\n\n{STORY}", "Le vrai titre"),
        (STORY, "Le nom du fichier"),
        (f"{STORY}\n\n{STORY}", "Le nom du fichier"),
        ("Un chapeau sans point mais avec bien plus de douze mots au total", "Le nom du fichier"),
    ],
)
def test_the_title_is_found(text: str, title: str) -> None:
    assert guess_title(text, margins_of(text), "2018-06-22-le-nom_du-fichier") == title


def test_a_file_named_by_its_day_alone_keeps_it_as_its_title() -> None:
    assert guess_title(STORY, margins_of(STORY), "2018-06-22") == "2018-06-22"


@each(
    ("line", "day"),
    [
        ("Publié le 22 juin 2018 à 10h32", date(2018, 6, 22)),
        ("Publié le vendredi 1er juin 2018", date(2018, 6, 1)),
        ("Publié le 23/03/26", date(2026, 3, 23)),
        ("Publié le 03/04/18 à 10h32", date(2018, 4, 3)),
        ("Published on June 22, 2018", date(2018, 6, 22)),
        ("22/06/2018", date(2018, 6, 22)),
        ("2018-06-22", date(2018, 6, 22)),
        ("Friday, June 22nd, 2018", date(2018, 6, 22)),
        ("Par Jean Dupont, le 22 juin 2018", date(2018, 6, 22)),
        ("Paris, le 22 juin 2018", date(2018, 6, 22)),
        ("Published June 22, 2018 at 9:12 a.m.", date(2018, 6, 22)),
        ("Written by Tom Hale on June 22, 2018", date(2018, 6, 22)),
        ("Par Jean Dupont le 22 juin 2018", date(2018, 6, 22)),
        ("Par Jean Dupont le 22 juin 2018, la lettre fut lue à tous.", None),
        ("WASHINGTON, 22 juin 2018 (AFP) – Les employés ont protesté.", date(2018, 6, 22)),
        ("SABLÉ (Sarthe), 22 juin 2018 (AFP) – Les employés ont protesté.", date(2018, 6, 22)),
        ("Le 22 juin 2018, les employés d’Amazon ont protesté.", None),
        ("Publié le 22 juin 2018, le rapport accable la firme.", None),
        ("À Paris, le 22 juin 2018, les employés ont protesté.", None),
        ("Mis à jour le 25 juin 2018, publié le 22 juin 2018", date(2018, 6, 22)),
        ("Publié le 22 juin 2018, mis à jour le 25 juin 2018", date(2018, 6, 22)),
        ("Updated June 25, 2018 Published June 22, 2018", date(2018, 6, 22)),
        ("22 juin 2018 (modifié le 25 juin 2018)", date(2018, 6, 22)),
        ("ven. 22 juin 2018", date(2018, 6, 22)),
        ("Date de publication : 22 juin 2018", date(2018, 6, 22)),
        ("Article paru le 22 juin 2018", date(2018, 6, 22)),
        ("First published on Fri 22 Jun 2018 17.46 GMT", date(2018, 6, 22)),
        ("Posted: Jun 22, 2018 / 05:46 PM EST", date(2018, 6, 22)),
        ("Soumis par Anne le ven 22/06/2018 - 14:30", date(2018, 6, 22)),
        ("*Par Jean Dupont, le 22 juin 2018*", date(2018, 6, 22)),
        ("Retour sur le 11 septembre 2001", None),
        ("11 septembre 2001 : une journée noire", None),
        ("Le 31 février 2018", None),
        ("En juin 2018", None),
    ],
)
def test_only_a_line_that_states_the_day_gives_it(line: str, day: date | None) -> None:
    assert guess_date(margins_of(f"{line}\n\n{STORY}")) == day


def test_the_day_in_the_name_comes_first() -> None:
    text = f"Publié le 1er mai 2017\n\n{STORY}"
    assert draft_of(text, Path("2018-06-22-x.txt")).date == date(2018, 6, 22)


def test_the_day_in_the_address_counts_when_no_line_states_one() -> None:
    for path in ("2018/06/22/pont", "pont-2018-06-22.html", "20180622-pont"):
        fields = Fields(url=f"https://quai.example/{path}")
        assert draft_of(STORY, Path("pont.txt"), fields).date == date(2018, 6, 22)
        stated = draft_of(f"Publié le 1er mai 2017\n\n{STORY}", Path("x"), fields)
        assert stated.date == date(2017, 5, 1)


def test_a_day_that_english_reads_in_two_ways_is_not_guessed() -> None:
    text = "03/04/2018\n\nThe minister resigned."
    assert guess_date(margins_of(text), "en") is None
    assert guess_date(margins_of(text), "fr") == date(2018, 4, 3)


@each(
    ("stem", "day", "rest"),
    [
        ("20180622_amazon", date(2018, 6, 22), " _amazon"),
        ("amazon-2018.06.22", date(2018, 6, 22), "amazon- "),
        ("amazon-2018-02-30", None, "amazon-2018-02-30"),
        ("120180622", None, "120180622"),
        ("amazon", None, "amazon"),
    ],
)
def test_days_in_file_names(stem: str, day: date | None, rest: str) -> None:
    assert (date_in_name(stem), without_date(stem)) == (day, rest)


@each(
    "text",
    ("3-Mar-2024", "03-mars-2024", "3 Mar, 2024", "Mar. 3rd, 2024", "Sunday, 3rd of March 2024"),
)
def test_a_month_s_name_may_stand_between_other_marks(text: str) -> None:
    assert read_date(text) == first_date(f"Posted {text}, 10:02") == date(2024, 3, 3)


def test_the_first_of_a_month_may_be_spaced_out() -> None:
    assert first_date("Publié le 1 er juin 2020 à 8h") == read_date("1\xa0er juin 2020")
    assert read_date("1 er juin 2020") == date(2020, 6, 1)


def test_a_day_with_points_or_equal_numbers_is_read_in_one_way() -> None:
    assert first_date("Publié : 05.03.2024 17:46") == date(2024, 3, 5)
    assert first_date("03/03/2024") == date(2024, 3, 3)
    assert first_date("05/03/2024") is None


def test_a_longer_text_is_no_day() -> None:
    assert read_date("le 22 juin 2018 au soir") is None


@each(
    ("line", "author"),
    [
        ("Par Jean Dupont", "Jean Dupont"),
        ("By Jane M. Doe and Max Roe", "Jane M. Doe and Max Roe"),
        ("Par Jean-Luc de la Tour, envoyé spécial à Washington", "Jean-Luc de la Tour"),
        ("Par Jean Dupont avec AFP", "Jean Dupont"),
        ("Par Jean Dupont – Publié le 22 juin 2018", "Jean Dupont"),
        ("Propos recueillis par Jean Dupont", "Jean Dupont"),
        ("Auteur : Jean Dupont", "Jean Dupont"),
        ("Par AFP", "AFP"),
        ("Publié le 22 juin 2018 par admin", None),
        ("Publié le 22 juin 2018 par Jean Dupont – 3 min de lecture", "Jean Dupont"),
        ("Par de Gaulle", "de Gaulle"),
        ("By Ursula von der Leyen", "Ursula von der Leyen"),
        ("Par Jean d'Ormesson", "Jean d'Ormesson"),
        ("Par de nombreux auteurs", None),
        ("Par peur de représailles, ils se taisent", None),
        ("Par Internet, les employés protestent encore", None),
        ("By Friday, he was gone.", None),
        ("Parler de Jean Dupont", None),
    ],
)
def test_only_a_byline_gives_the_author(line: str, author: str | None) -> None:
    assert guess_author(margins_of(f"Titre du jour\n\n{line}\n\n{STORY}")) == author


def test_a_source_is_taken_from_its_line_alone() -> None:
    assert guess_source(margins_of(f"{STORY}\n\nSource : Le Journal")) == "Le Journal"
    assert (
        guess_source(margins_of(f"{STORY}\n\nUne source : personne ne sait laquelle, dit-il."))
        is None
    )


def test_an_address_is_taken_when_it_is_a_line_and_no_home_page() -> None:
    assert (
        guess_url(margins_of(f"https://example.org/a-b.html\n\n{STORY}"))
        == "https://example.org/a-b.html"
    )
    assert (
        guess_url(margins_of(f"{STORY}\n\nSource : https://example.org/a"))
        == "https://example.org/a"
    )
    assert guess_url(margins_of(f"https://example.org/\n\n{STORY}")) is None
    assert guess_url(margins_of(f"Voir https://example.org/a\n\n{STORY}")) is None


@each(
    ("text", "code"),
    [
        (STORY, "fr"),
        ("L’histoire d’Amazon", "fr"),
        ("The minister resigned on Tuesday, to the surprise of his party.", "en"),
        ("El ministro anunció su dimisión por la noche y no dijo más.", "es"),
        ("Der Minister hat am Dienstag seinen Rücktritt erklärt und ist nicht mehr da.", "de"),
        ("Il ministro ha annunciato le sue dimissioni nella notte e non è più qui.", "it"),
        ("O ministro anunciou a sua demissão na noite de terça e não disse mais.", "pt"),
        ("De minister heeft zijn ontslag aangekondigd en is er niet meer.", "nl"),
        ("Rekognition", "fr"),
        ("Министр подал в отставку, сообщает Reuters.", "ru"),
        ("大臣は先日、辞任を表明した。", "ja"),
        ("部长昨天宣布辞职", "zh"),
        ("장관이 사임을 발표했다", "ko"),
        ("The minister resigned in Москва.", "en"),
    ],
)
def test_the_language_is_told_by_small_words_and_scripts(text: str, code: str) -> None:
    assert guess_language(text) == code
