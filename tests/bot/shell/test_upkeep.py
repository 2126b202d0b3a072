"""edit, audit, export and import from the shell, over the real engine."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from config.settings import Settings
from embeddings.engine import SearchEngine
from tests.bot.shell.stage import Said, Stage
from tests.embeddings.fakes import WordEncoder

TEXT = "---\nid: port\ntitle: Le port\n---\nLe port a ouvert un quai lundi. Il est grand."
Run = Callable[..., Said]


def engine(settings: Settings, **options: Any) -> SearchEngine:
    """Open the real engine with a small encoder."""
    return SearchEngine(settings, encoder=WordEncoder(), **options)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a story and the collection that it was added to."""
    folder = tmp_path_factory.mktemp("published")
    (folder / "port.md").write_text(TEXT, encoding="utf-8")

    async def add() -> None:
        async with engine(Settings(data=folder / "data", seeds=Path("none")), seed=False) as opened:
            await opened.add([str(folder / "port.md")], by="terminal")

    asyncio.run(add())
    return folder


@pytest.fixture
def run(
    published: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    Stage(tmp_path, monkeypatch, capsys)
    monkeypatch.setenv("VERBATIM_SEEDS", "none")
    shutil.copytree(published, tmp_path, dirs_exist_ok=True)

    def once(*arguments: str) -> Said:
        code = main(arguments, engine)
        return Said(code, *capsys.readouterr())

    return once


def test_edit_sets_a_field(run: Run) -> None:
    said = run("edit", "port", "--title", "Le quai", "--date", "22/06/2018", "--json")
    (changed,) = said.document["changed"]
    assert (said.code, changed["title"], changed["date"]) == (0, "Le quai", "2018-06-22")
    assert run("sources", "--json").document[0]["title"] == "Le quai"


def test_a_dry_run_of_edit_shows_and_changes_nothing(run: Run) -> None:
    said = run("edit", "port", "--author", "A. Martin", "--dry-run")
    assert "Auteur\tA. Martin" in said.out
    assert run("sources", "--json").document[0]["author"] is None


def test_a_day_that_a_date_leaves_open_is_marked_as_guessed(run: Run) -> None:
    assert "\t2018-06-01 (deviné\u00a0?)\t" in run("edit", "port", "--date", "juin 2018").out
    assert "\t2018-06-22\t" in run("edit", "port", "--date", "22 juin 2018").out


def test_a_mistake_gets_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = []
    for arguments, sentence in [
        (["edit", "port"], "Nothing is to be changed; give --title"),
        (["edit", "port", "--title", ""], "The title is empty"),
        (["edit", "port", "--date", "hier"], "The date is 'hier', which is no day"),
        (["edit", "port", "--url", "ftp://x"], "The url must be an address"),
        (["edit", "port", "--language", "zz"], "The language 'zz' is not known"),
        (["edit", "ghost", "--title", "T"], "There is no article 'ghost'"),
        (["import", "no.zip"], "no.zip cannot be read"),
        (
            ["import", "port.md"],
            "port.md is no ZIP that can be read (File is not a zip file); export it again.",
        ),
        (["export", "port.md"], "port.md is there already"),
        (["export", "no/x.zip"], "The folder no does not exist"),
    ]:
        monkeypatch.setenv("VERBATIM_LANGUAGE", "en")
        said = run(*arguments, "--json")
        if not ((said.code, said.out, said.err.count("\n")) == (2, "", 1) and sentence in said.err):
            wrong.append((arguments, sentence))
    assert not wrong


def test_audit_tells_the_newest_first(run: Run) -> None:
    run("edit", "port", "--title", "Le quai")
    lines = run("audit", "--json").document
    assert [(e["what"], e["article"]) for e in lines] == [
        ("publish", None),
        ("edit", "port"),
        ("publish", None),
        ("add", "port"),
    ]
    assert {e["by"].partition(":")[0] for e in lines} == {"terminal"}


def test_audit_is_narrowed_to_an_article_and_to_the_newest_lines(run: Run) -> None:
    run("edit", "port", "--title", "Le quai")
    said = run("audit", "--article", "port", "--limit", "1", "--json")
    assert [e["fields"] for e in said.document] == [["title"]]


def test_audit_of_an_article_that_never_was_says_so(run: Run) -> None:
    for how in ((), ("--json",)):
        said = run("audit", "--article", "nope", *how)
        assert (said.code, said.out) == (2, "")
        assert "article «\N{NO-BREAK SPACE}nope\N{NO-BREAK SPACE}»" in said.err


def test_audit_has_a_form_for_people(run: Run) -> None:
    first = run("audit").out.splitlines()[0].split("\t")
    assert (first[2], first[4]) == ("publication", "+1 ~0 -0")


def test_a_dry_run_of_add_marks_what_was_guessed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "gel.md").write_text("---\ntitle: Gel\n---\nLe gel est tombé. Il a duré.")
    said = run("add", "gel.md", "--dry-run")
    assert "Titre\tGel\n" in said.out
    assert "Langue\tfr (deviné\N{NO-BREAK SPACE}?)" in said.out
    assert "Le gel est tombé." in said.out
    (told,) = run("add", "gel.md", "--dry-run", "--json").document["understood"]
    assert (told["id"], told["inferred"]) == ("gel", ["language"])


def test_what_was_exported_is_imported_elsewhere(run: Run) -> None:
    assert run("export", "out.zip", "--json").document == {"file": "out.zip", "articles": 1}
    said = run("import", "out.zip", "--collection", "press", "--json")
    assert [a["id"] for a in said.document["added"]] == ["port"]
    assert run("verify", "--collection", "press", "--json").document["ok"]


def test_an_import_replaces_only_when_it_is_told_to(run: Run) -> None:
    assert "1 article exporté" in run("export", "out.zip").out
    assert "--replace" in run("import", "out.zip").err
    assert run("import", "out.zip", "--replace").code == 0


def test_what_an_addition_leaves_out_is_told(run: Run, tmp_path: Path) -> None:
    hidden = r"{\rtf1\ansi Le pont {\v ne pas publier }est ferm\'e9 depuis lundi.\par}"
    (tmp_path / "pont.rtf").write_text(hidden, encoding="ascii")
    (told,) = run("add", "pont.rtf", "--json").document["left_out"]
    assert (told["input"], told["what"]) == ("pont.rtf", "stretches that the document hides (1)")
