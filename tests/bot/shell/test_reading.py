"""``read`` shows what would be stored of each input, and stores nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import main
from tests.bot.shell.stage import Said, Stage
from tests.embeddings.readers.formats.offices import packed
from tests.embeddings.readers.prose import BAKER, BRIDGE

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Said]

FRONT = f"---\ntitle: {BRIDGE.title}\nauthor: Maëlle Le Goff\ndate: 2019-03-14\n---\n"
STORY = "\n\n".join(BRIDGE.paragraphs)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    Stage(tmp_path, monkeypatch, capsys)
    (tmp_path / "pont.md").write_text(FRONT + STORY, encoding="utf-8")

    def once(*arguments: str) -> Said:
        code = main(arguments)
        return Said(code, *capsys.readouterr())

    return once


def test_the_document_holds_all_that_would_be_stored(run: Run, tmp_path: Path) -> None:
    said = run("read", "pont.md", "--json")
    (entry,) = said.document["read"]
    assert (said.code, said.document["rejected"], entry["input"]) == (0, [], "pont.md")
    assert (entry["title"], entry["date"]) == (BRIDGE.title, "2019-03-14")
    assert (entry["text"], entry["passages"]) == (STORY, list(BRIDGE.paragraphs))
    assert (entry["inferred"], entry["left_out"]) == (["language"], [])
    assert not (tmp_path / "data").exists()


def test_one_input_may_give_several_entries_and_a_refusal_costs_none(
    run: Run, tmp_path: Path
) -> None:
    page = f"<title>{BAKER.title}</title><s>x</s>" + "".join(f"<p>{p}" for p in BAKER.paragraphs)
    parts = {"a.md": FRONT + STORY, "b.html": page, "c.txt": b"\0"}
    (tmp_path / "a.zip").write_bytes(packed(parts))
    said = run("read", "a.zip", "no.txt", "--json")
    assert [e["input"] for e in said.document["read"]] == ["a.zip/a.md", "a.zip/b.html"]
    assert [r["input"] for r in said.document["rejected"]] == ["a.zip/c.txt", "no.txt"]
    assert said.code == 2
    assert "no.txt" in said.err


def test_a_refusal_within_an_input_is_told_in_the_reader_s_language(
    run: Run, tmp_path: Path
) -> None:
    post = "<wp:post_type>post</wp:post_type><wp:status>private</wp:status>"
    channel = f"<wp:wxr_version>1.2</wp:wxr_version><item><title>Quai</title>{post}</item>"
    export = f'<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel>{channel}</channel></rss>'
    (tmp_path / "wp.xml").write_text(export, encoding="utf-8")
    said = run("read", "wp.xml")
    assert said.code == 2
    assert "n’est pas lu : il n’y est pas publié (private)." in said.err.replace("\u00a0", " ")


def test_a_person_sees_what_is_guessed_and_the_first_and_last_paragraph(run: Run) -> None:
    said = run("read", "pont.md")
    for part in (BRIDGE.title, "fr (deviné", BRIDGE.paragraphs[0][:60], "Maëlle Le Goff"):
        assert part in said.out
