"""Every command: its JSON document, what it shows people, its exit code, its sentences."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from embeddings.errors import BusyError, SnapshotError, StorageError
from embeddings.types import SHARED, Filters
from tests.bot.shell.stage import Engine, Stage

QUESTION = "Qui utilise les serveurs ? Palantir"
APPLE_PIE = "Quelle recette de tarte aux pommes ?"


@pytest.fixture
def stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Stage:
    return Stage(tmp_path, monkeypatch, capsys)


def test_ask_writes_one_json_document_and_nothing_else(stage: Stage) -> None:
    said = stage.run("ask", QUESTION, "--json")
    assert (said.code, said.err, said.document["question"]) == (0, "", QUESTION)


def test_ask_shows_the_passage_word_for_word_on_a_line_of_its_own(stage: Stage) -> None:
    said = stage.run("ask", QUESTION)
    quote = "Palantir utilise les serveurs d’Amazon. Les signataires demandent aussi son départ."
    assert quote in said.out.splitlines()


def test_ask_shows_who_said_it_and_when(stage: Stage) -> None:
    said = stage.run("ask", QUESTION)
    title = "Des employés d'Amazon écrivent à leur direction"
    assert f"{title} · Next · Louis Adam · 22 juin 2018 · § 3 · " in said.out


def test_a_refusal_is_no_failure(stage: Stage) -> None:
    said = stage.run("ask", APPLE_PIE)
    assert said.code == 0
    assert "Aucun passage des articles ne répond" in said.out


def test_a_refusal_names_the_nearest_titles(stage: Stage) -> None:
    assert (
        "Les articles les plus proches\N{NO-BREAK SPACE}: A bakery opens in Lyon"
        in stage.run("ask", APPLE_PIE).out
    )


def test_the_language_of_the_terminal_is_a_setting(stage: Stage) -> None:
    stage.patch.setenv("VERBATIM_LANGUAGE", "en")
    assert "No passage of the articles answers" in stage.run("ask", APPLE_PIE).out


def test_a_question_may_be_given_without_quotation_marks(stage: Stage) -> None:
    assert stage.run("ask", "Qui", "est", "Palantir", "--json").document["question"] == (
        "Qui est Palantir"
    )


def test_what_a_question_is_narrowed_to_reaches_the_engine(stage: Stage) -> None:
    stage.run("ask", QUESTION, "--since", "2018-06-01", "--until", "30/06/2018", "--source", "Next")
    expected = Filters(since=date(2018, 6, 1), until=date(2018, 6, 30), source="Next")
    assert stage.engine.asked == [(QUESTION, expected)]


def test_what_was_asked_before_reaches_the_engine_oldest_first(stage: Stage) -> None:
    stage.run("ask", "--after", "Que fait Palantir ?", "et Google ?", "--after", "Et Amazon ?")
    assert stage.engine.before == ("Que fait Palantir ?", "Et Amazon ?")


def test_top_k_reaches_the_engine(stage: Stage) -> None:
    stage.run("ask", QUESTION, "--top-k", "7")
    assert stage.engine.top_k == 7


@pytest.mark.parametrize("written", ["2018-06-22", "22/06/2018", "22.06.2018", " 2018-6-22 "])
def test_a_date_is_written_in_several_ways(stage: Stage, written: str) -> None:
    stage.run("ask", QUESTION, "--since", written)
    assert stage.engine.asked[0][1].since == date(2018, 6, 22)


def test_a_mistake_gets_one_sentence_on_standard_error_and_exit_code_2(stage: Stage) -> None:
    wrong = []
    for arguments, reason in [
        (["ask"], "QUESTION"),
        (["ask", ""], "empty"),
        (["ask", "🙂 …"], "no word"),
        (["ask", "x" * 1001], "cut it to 1000"),
        (["ask", "x", "--since", "2018-02-30"], "'2018-02-30' is no date in the calendar"),
        (
            ["ask", "x", "--until", "un jour"],
            "'un jour' is no date in the calendar: write 2018-06-22",
        ),
        (["ask", "x", "--since", "2019-01-02", "--until", "2019-01-01"], "is later than"),
        (["ask", "x", "--top-k", "0"], "1–10"),
        (["ask", "x", "--top-k", "11"], "1–10"),
        (["ask", "x", "--top-k", "three"], "three"),
        (["ask", "x", "--colour"], "--colour"),
        (["remove"], "ARTICLE_ID"),
        (["add"], "PATH_OR_URL"),
        (["rollback", "nothing"], "no snapshot 'nothing'"),
        (["aks", "x"], "aks"),
        (["status", "--data"], "--data"),
    ]:
        stage.patch.setenv("VERBATIM_LANGUAGE", "en")
        said = stage.run("--json", *arguments)
        if not ((said.code, said.out, said.err.count("\n")) == (2, "", 1) and reason in said.err):
            wrong.append((arguments, reason))
    assert not wrong


@pytest.mark.parametrize(
    "error", [StorageError("The disk is full."), BusyError("Busy since 10:00."), SnapshotError("?")]
)
def test_what_is_not_the_callers_fault_is_exit_code_1(stage: Stage, error: Exception) -> None:
    stage.engine.failure = error
    said = stage.run("reindex", "--json")
    assert (said.code, said.out, said.err) == (1, "", f"{error}\n")


def test_sources_lists_the_articles(stage: Stage) -> None:
    said = stage.run("sources", "--json")
    assert [row["id"] for row in said.document] == ["boulangerie", "crue-loire", "lettre-amazon"]


def test_sources_writes_one_line_of_tabs_for_each_article_in_a_pipe(stage: Stage) -> None:
    lines = stage.run("sources").out.splitlines()
    assert lines[1] == "crue-loire\tLa Loire en crue à Orléans\tLa Gazette\t2021-02-07\tfr\t2"


def test_add_reports_what_came_in(stage: Stage) -> None:
    said = stage.run("add", "a.txt", "--json")
    assert (said.code, len(said.document["added"]), said.document["report"]["snapshot"]) == (
        *(0, 1),
        "s2",
    )


def test_add_tells_what_it_did_not_take_and_does_the_rest(stage: Stage) -> None:
    said = stage.run("add", "a.txt", "bad.txt", "--json")
    assert (said.code, said.err) == (2, "bad.txt is empty.\n")
    assert (len(said.document["added"]), len(said.document["rejected"])) == (1, 1)


def test_a_dry_run_of_add_says_that_nothing_is_changed(stage: Stage) -> None:
    said = stage.run("add", "a.txt", "--dry-run")
    assert "À blanc, rien n’est changé" in said.out
    assert stage.engine.status().snapshot == "s1"


def test_a_mistake_is_told_in_french_unless_it_is_set_otherwise(stage: Stage) -> None:
    said = stage.run("ask", "x", "--since", "2019-01-02", "--until", "2019-01-01")
    assert (said.code, "vient après --until 2019-01-01" in said.err) == (2, True)
    said = stage.run("ask", "x", "--since", "hier-soir")
    assert "hier-soir\N{NO-BREAK SPACE}» n’est pas une date du calendrier" in said.err
    assert ".." not in said.err
    said = stage.run("ask", "x", "--top-k", "11")
    assert said.err.startswith("Valeur impropre pour «\N{NO-BREAK SPACE}--top-k")


def test_remove_names_what_it_does_not_know(stage: Stage) -> None:
    said = stage.run("remove", "crue-loire", "ghost", "--json")
    assert (said.code, said.document["removed"]) == (2, ["crue-loire"])
    assert said.err == "ghost: No article has that id.\n"


def test_reindex_reports_what_it_did(stage: Stage) -> None:
    document = stage.run("reindex", "--full", "--json").document
    assert (document["snapshot"], document["encoded"]) == ("s2", document["passages"])


def test_a_dry_run_of_reindex_names_no_snapshot(stage: Stage) -> None:
    said = stage.run("reindex", "--dry-run")
    assert "À blanc, rien n’est changé" in said.out
    assert "Instantané" not in said.out


def test_what_a_reindex_notes_is_told_beside_its_document(stage: Stage) -> None:
    stage.engine.notes = ("The model has changed: everything was encoded again.",)
    said = stage.run("reindex", "--json")
    assert said.err == "The model has changed: everything was encoded again.\n"
    assert "notes" not in said.document


def test_a_warning_is_told_once_in_the_readers_language_or_left_to_the_log(stage: Stage) -> None:
    sentence = "The index was made by another version: it is built again."
    stage.engine.warnings = stage.engine.notes = (sentence,)
    said = stage.run("reindex", "--json")
    told = "L’index a été fait par une autre version\u00a0: il est construit de nouveau."
    assert said.err.splitlines() == [told]
    stage.patch.setenv("VERBATIM_LOG__LEVEL", "WARNING")
    assert f"WARNING embeddings: {sentence}" in stage.run("sources", "--json").err


def test_rollback_names_both_snapshots(stage: Stage) -> None:
    stage.run("reindex")
    assert stage.run("rollback", "--json").document == {
        "snapshot": "s1",
        "previous": "s2",
        "added": [],
        "changed": [],
        "removed": [],
    }


def test_status_says_what_serves(stage: Stage) -> None:
    document = stage.run("status", "--json").document
    assert (document["snapshot"], document["articles"]) == ("s1", 3)


def test_verify_is_exit_code_0_when_all_is_as_written(stage: Stage) -> None:
    said = stage.run("verify", "--json")
    assert (said.code, said.document) == (0, {"ok": True, "checked": 7, "problems": []})


def test_verify_is_exit_code_1_with_its_document_when_a_problem_is_found(stage: Stage) -> None:
    stage.engine.problems = ("vectors.f32 is not what was written.",)
    said = stage.run("verify", "--json")
    assert (said.code, said.document["ok"]) == (1, False)


def test_verify_shows_each_problem(stage: Stage) -> None:
    stage.engine.problems = ("vectors.f32 is not what was written.",)
    assert "vectors.f32 is not what was written." in stage.run("verify").out


def test_every_command_has_a_form_for_people(stage: Stage) -> None:
    wrong = []
    for language in ["fr", "en"]:
        for arguments in [
            ["sources"],
            ["add", "a"],
            ["remove", "crue-loire"],
            ["reindex"],
            ["status"],
            ["verify"],
        ]:
            stage.patch.setenv("VERBATIM_LANGUAGE", language)
            stage.engine = Engine()
            said = stage.run(*arguments)
            if not ((said.code, said.err) == (0, "") and said.out.strip()):
                wrong.append((language, arguments))
    assert not wrong


@pytest.mark.parametrize(
    "arguments", [["status", "--json", "--data", "d"], ["--json", "--data", "d", "status"]]
)
def test_common_options_stand_before_or_after_the_command(
    stage: Stage, arguments: list[str]
) -> None:
    said = stage.run(*arguments)
    assert said.document["snapshot"] == "s1"
    assert stage.opened[0][0].data == Path("d")


def test_the_data_folder_is_a_setting_too(stage: Stage) -> None:
    stage.patch.setenv("VERBATIM_DATA", "elsewhere")
    stage.run("status")
    assert stage.opened[0][0].data == Path("elsewhere")


def test_the_shared_collection_is_the_default(stage: Stage) -> None:
    stage.run("sources")
    stage.run("sources", "--collection", "ours")
    assert [name for _, name in stage.opened] == [SHARED, "ours"]


def test_the_engine_is_closed_when_a_question_fails(stage: Stage) -> None:
    stage.run("ask", "")
    assert stage.engine.closed
