"""Days as people write them where a day is asked for: options, forms, front matter."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from embeddings.question.days import Days, read_days

TODAY = date(2018, 7, 4)  # a Wednesday
WRITTEN = {
    "22/06/68": ("1968-06-22", "1968-06-22"),
    "22/06/18": ("2018-06-22", "2018-06-22"),
    "2018-06-22T10:00:00+02:00": ("2018-06-22", "2018-06-22"),
    "22 juin 2018 à 10h30": ("2018-06-22", "2018-06-22"),
    "22 juin 2018 à 10 h 30": ("2018-06-22", "2018-06-22"),
    "vendredi 22 juin 2018": ("2018-06-22", "2018-06-22"),
    "14 juillet 1789": ("1789-07-14", "1789-07-14"),
    "semaine du 18 juin 2018": ("2018-06-18", "2018-06-24"),
    "2018-06-22": ("2018-06-22", "2018-06-22"),
    "22/06/2018": ("2018-06-22", "2018-06-22"),
    "2018/6/2": ("2018-06-02", "2018-06-02"),
    "22 juin 2018": ("2018-06-22", "2018-06-22"),
    "Le 1er mai 2018": ("2018-05-01", "2018-05-01"),
    "le premier juin 2018": ("2018-06-01", "2018-06-01"),
    "the first of January 2018": ("2018-01-01", "2018-01-01"),
    "on June 22nd, 2018": ("2018-06-22", "2018-06-22"),
    "Juin 2018": ("2018-06-01", "2018-06-30"),
    "Février 2016": ("2016-02-01", "2016-02-29"),
    "06/2018": ("2018-06-01", "2018-06-30"),
    "2018/06": ("2018-06-01", "2018-06-30"),
    "2018.6": ("2018-06-01", "2018-06-30"),
    "2018": ("2018-01-01", "2018-12-31"),
    "1850": ("1850-01-01", "1850-12-31"),
    "premier trimestre 2018": ("2018-01-01", "2018-03-31"),
    "Q1 2019": ("2019-01-01", "2019-03-31"),
    "été 2017": ("2017-06-01", "2017-08-31"),
    "fin 2017": ("2017-09-01", "2017-12-31"),
    "mi-juin 2018": ("2018-06-11", "2018-06-20"),
    "the early 2010s": ("2010-01-01", "2013-12-31"),
    "les années 2010": ("2010-01-01", "2019-12-31"),
}
FROM_TODAY = {
    "hier": ("2018-07-03", "2018-07-03"),
    "lundi": ("2018-07-02", "2018-07-02"),
    "la semaine dernière": ("2018-06-25", "2018-07-01"),
    "last weekend": ("2018-06-30", "2018-07-01"),
    "il y a trois jours": ("2018-07-01", "2018-07-01"),
    "1er janvier": ("2018-01-01", "2018-01-01"),
    "14 juillet": ("2017-07-14", "2017-07-14"),
    "mars": ("2018-03-01", "2018-03-31"),
}
NO_DAYS = ["", "un jour", "2018-13-01", "31/02/2018", "le 31 avril 2018", "0000", "20180622",
           "22 juin 2018 et plus", "juin", "juin 2018 Amazon"]  # fmt: skip


def spans(texts: dict[str, tuple[str, str]]) -> dict[str, Days]:
    return {
        text: Days(date.fromisoformat(first), date.fromisoformat(last))
        for text, (first, last) in texts.items()
    }


def test_days_are_read_as_they_are_written() -> None:
    expected = spans(WRITTEN)
    assert {text: read_days(text, TODAY) for text in expected} == expected


def test_what_tells_its_year_is_dated() -> None:
    expected = spans(WRITTEN)
    assert {text: read_days(text, TODAY, dated=True) for text in expected} == expected


def test_days_without_a_year_are_seen_from_today_and_are_not_dated() -> None:
    expected = spans(FROM_TODAY)
    assert {text: read_days(text, TODAY) for text in expected} == expected
    assert {text: read_days(text, TODAY, dated=True) for text in expected} == dict.fromkeys(
        expected
    )


def test_what_names_no_days_or_something_else_as_well_is_none() -> None:
    assert {text: days for text in NO_DAYS if (days := read_days(text, TODAY, dated=True))} == {}


@given(st.text(max_size=40))
def test_whatever_is_written_the_first_day_is_not_after_the_last(text: str) -> None:
    found = read_days(text, TODAY)
    assert found is None or found.first <= found.last
