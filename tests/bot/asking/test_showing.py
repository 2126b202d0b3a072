"""What is shown, and how it is worded: the passages that may answer, figures, plurals, examples."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.admin.reports import reindex_lines, status_card
from bot.asking.render import Options, answer_card
from bot.reading.cog import ListState, listing_card
from bot.servers.rules import combine, rules_card
from bot.translate import Language, Languages
from bot.ui.catalogue import Catalogue
from config.groups import DiscordSettings
from embeddings.reports import ReindexReport
from embeddings.store.people import Choices, Vote
from embeddings.types import Answer, Hit
from tests.bot.people import World, buttons_of, ids_of, plainly, select_of, text_of, texts_of
from tests.bot.samples import hit
from tests.fakes import STORIES, FakeEngine

LANGUAGES = Languages.load("fr")
FR, EN = LANGUAGES.of("fr"), LANGUAGES.of("en-US")
TEXT = "Il pleut. La Loire monte vite."
REPORT = ReindexReport("s2", 0, 1, 2, passages=1, reused=0, encoded=1, seconds=0.14)


def found(*confidences: float) -> Answer:
    """Return an answer of one passage each."""
    hits = (replace(hit(TEXT, "Il pleut."), confidence=c) for c in confidences)
    return Answer("?", "s1", confidences[0], None, tuple(map(_placed, hits, range(1, 9))))


def _placed(one: Hit, rank: int) -> Hit:
    return replace(one, rank=rank, passage=replace(one.passage, paragraph=rank))


def drawn(value: Answer, **options: Any) -> Any:
    return answer_card(value, Options(FR, 0.5, **options))


def shown(value: Answer, **options: Any) -> list[int]:
    """Return the paragraphs of the passages that a message shows."""
    text = texts_of(drawn(value, **options))
    return [n for n in range(1, 9) if f"paragraphe {n} ·" in text]


def test_the_best_passage_is_shown_with_those_that_may_answer_too() -> None:
    cases: list[Any] = [
        ((0.97, 0.0003, 0.0003), [1]),
        ((0.97, 0.2, 0.1), [1, 2]),
        ((0.97, 0.1, 0.5), [1]),
        ((0.97, 0.9, 0.8, 0.7), [1, 2, 3]),
        ((0.1, 0.1), [1]),
    ]
    assert [
        (confidences, numbers)
        for confidences, numbers in cases
        if shown(found(*confidences)) != numbers
    ] == []


def more_of(value: Answer) -> list[str]:
    return [name for name in ids_of(drawn(value)) if name.startswith("v:more:")]


def test_the_other_passages_are_there_for_who_asks_for_more() -> None:
    value = found(0.97, 0.0003, 0.0002, 0.0001)
    assert [name.split(":")[2] for name in more_of(value)] == ["1"]
    assert shown(value, offset=1) == [2, 3, 4]


def test_nothing_more_is_offered_where_all_is_shown() -> None:
    assert more_of(found(0.97, 0.9)) == []


def test_a_passage_that_is_shown_alone_has_no_number() -> None:
    assert "1. " not in texts_of(drawn(found(0.97, 0.0003)))


def test_more_passages_go_on_counting() -> None:
    assert "\n2. Titre\n" in texts_of(drawn(found(0.97, 0.0003, 0.0002), offset=1))


def test_other_titles_are_parted_as_each_language_does() -> None:
    value = found(0.97)
    value = replace(value, hits=(replace(value.hits[0], also_in=("Un", "Deux")),))
    assert "Un\N{NARROW NO-BREAK SPACE}; Deux" in texts_of(drawn(value))
    assert "Un; Deux" in texts_of(answer_card(value, Options(EN, 0.5)))


async def test_the_nearest_articles_of_a_refusal_can_be_opened(world: World) -> None:
    refused = await world.ask("recette de tarte aux pommes")
    option = select_of(refused.response)["options"][0]
    opened = await world.member.select(refused.response, [option["value"]])
    assert text_of(opened.response).startswith(f"### {option['label']}")
    assert opened.ephemeral


@pytest.mark.parametrize(("count", "said"), [(10, False), (11, True)])
def test_pages_are_counted_where_there_are_several(count: int, *, said: bool) -> None:
    summary = STORIES[0].summary(1)
    articles = tuple(replace(summary, id=str(number)) for number in range(count))
    assert ("Page 1 sur 2" in texts_of(listing_card(Catalogue(articles), FR, ListState()))) == said


def test_a_report_counts_as_french_does() -> None:
    lines = [plainly(line) for line in reindex_lines(REPORT, FR)]
    assert lines[1:] == [
        "Articles : 0 ajouté, 1 modifié, 2 retirés",
        "1 passage en 0,1 s ; textes lus par le modèle : 1, repris : 0",
    ]


def test_a_report_counts_as_english_does() -> None:
    said = plainly(reindex_lines(REPORT, EN)[2])
    assert said == "1 passage in 0.1 s; texts read by the model: 1, reused: 0"


def test_notes_for_the_operator_are_counted_and_not_quoted() -> None:
    report = replace(REPORT, notes=("/data/corpus/x.md cannot be read.", "y"))
    lines = reindex_lines(report, FR)
    assert lines[-1] == "-# 2 remarques attendent l’opérateur dans le journal."
    assert "/data" not in "".join(lines)


def test_the_status_says_from_which_probability_questions_are_answered() -> None:
    text = plainly(texts_of(status_card(FakeEngine().status(), FR)))
    assert "### Publié actuellement" in text
    assert "Une question reçoit une réponse à partir d’une confiance de 30" in text


@pytest.mark.parametrize(
    ("language", "said"), [(FR, "Étalonnage : Ajusté sur a."), (EN, "Calibration: Fitted on a.")]
)
def test_what_the_confidence_was_fitted_on_is_in_the_readers_language(
    language: Language, said: str
) -> None:
    status = replace(FakeEngine().status(), calibration="Fitted on a.")
    assert said in plainly(texts_of(status_card(status, language, details=True)))


def test_waits_are_written_with_a_comma() -> None:
    text = texts_of(rules_card(combine(DiscordSettings(cooldown_user=2.5), Choices()), FR))
    assert "personne\N{NO-BREAK SPACE}: 2,5\N{NO-BREAK SPACE}s" in text


async def test_taking_the_last_channel_off_the_list_is_said_to_open_all(world: World) -> None:
    await world.admin.slash(world.channel, "admin settings", allow=world.channel)
    told = await world.admin.slash(world.channel, "admin settings", forbid=world.channel)
    assert "Salons : tous ; l’option « permettre » en choisit" in text_of(told.response)


@pytest.mark.discord(keep_questions=True)
async def test_privacy_says_that_it_was_the_operator_who_turned_keeping_on(world: World) -> None:
    for told in (await world.friend.slash("privacy"), await _privacy(world)):
        assert "L’opérateur de ce robot a activé la conservation" in text_of(told.response)
    await world.admin.slash(world.channel, "admin settings", keep=True)
    assert "Une personne qui administre ce serveur" in text_of((await _privacy(world)).response)


async def _privacy(world: World) -> Any:
    return await world.member.slash(world.channel, "privacy")


async def test_one_may_leave_what_is_kept_as_it_is(world: World) -> None:
    first = await world.ask("Que compare la lettre ?")
    await world.member.click(first.response, label="Utile")
    page = await _privacy(world)
    asked = await world.member.click(page.response, label="Effacer mes données")
    await world.member.click(asked.response, label="Annuler")
    assert await world.bot.records.find(Vote, user=world.member.id)
    assert "Effacer mes données" in buttons_of((await _privacy(world)).response)
