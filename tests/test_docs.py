"""What the documents say of the program is so: commands, settings, folders, links, a reply."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
from pydantic import BaseModel

from bot.shell.cli import app
from bot.shell.printing import format_source
from bot.shell.screen import Words
from config.settings import Settings
from embeddings.engine import SearchEngine
from tests.house import ROOT, sources

MOST_LINES = 180
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [
    path
    for path in ROOT.rglob("*.md")
    if not {"node_modules", ".venv", "shared"} & set(path.relative_to(ROOT).parts)
]
_GLOBAL = {"--json", "--data", "--collection", "--debug"}


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= MOST_LINES


def test_every_link_and_picture_leads_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in DOCUMENTS
        for target in re.findall(r'(?:\]\(|src=")([^)"\s]+)', path.read_text(encoding="utf-8"))
        if "://" not in target and not (path.parent / target.partition("#")[0]).exists()
    ]
    assert not broken


def test_every_link_into_a_document_finds_its_heading() -> None:
    broken = []
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        for file, heading in re.findall(r"\]\(([^)\s#:]*\.md)?#([\w-]+)\)", text):
            there = (path.parent / file).read_text(encoding="utf-8") if file else text
            titles = re.findall(r"(?m)^#+ (.+)$", there)
            names = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
            broken += [] if heading in names else [f"{path.relative_to(ROOT)}: #{heading}"]
    assert not broken


def test_the_picture_of_the_house_names_its_rooms() -> None:
    picture = README.partition("```text\n")[2].partition("```")[0]
    package, named = "", set()
    for indent, folder in re.findall(r"(?m)^( *)([a-z]+)/ ", picture):
        package = package if indent else folder
        named.add(f"{package}/{folder}" if indent else folder)
    rooms = {"/".join(Path(source.room).parts[:2]) for source in sources().values()}
    assert named == rooms | {"bot/locales", "seeds", "findings"}


def commands() -> dict[str, set[str]]:
    """Return the commands of the guide's table, each with its options."""
    table = GUIDE.partition("## Commands")[2].partition("Every command takes")[0]
    rows = re.findall(r"(?m)^\| (`.+?`) \|", table)
    found = [part for row in rows for part in re.findall(r"`([^`]+)`", row)]
    return {part.split()[0]: set(re.findall(r"--[\w-]+", part)) for part in found}


def options(command: click.Command) -> set[str]:
    """Return the options of a command that not every command has."""
    given = {name for parameter in command.params for name in parameter.opts}
    return {name for name in given if name.startswith("--")} - _GLOBAL


def test_the_guide_has_every_command_with_every_option() -> None:
    assert commands() == {name: options(command) for name, command in app.commands.items()}


def test_every_command_takes_what_the_guide_says_that_every_one_takes() -> None:
    said = re.findall(r"`(--\w+)", GUIDE.partition("Every command takes")[2].partition("before")[0])
    assert set(said) == _GLOBAL
    for command in app.commands.values():
        assert {name for parameter in command.params for name in parameter.opts} >= _GLOBAL


def test_every_line_of_the_documents_that_runs_the_program_is_understood() -> None:
    lines = [
        line
        for path in DOCUMENTS
        for block in re.findall(r"(?s)```sh\n(.+?)```", path.read_text(encoding="utf-8"))
        for line in block.replace("\\\n", " ").splitlines()
    ]
    run = [found[1] for line in lines if (found := re.search(r"python -m bot\b([^&|]*)", line))]
    assert run
    for line in run:
        words = [word for word in shlex.split(line, comments=True) if not word.startswith("[")]
        app.make_context("verbatim", list(words), obj=None, resilient_parsing=True)
        if words:
            known = options(app.commands[words[0]]) | _GLOBAL
            assert {word for word in words if word.startswith("--")} <= known, line


def spoken(text: str) -> str:
    """Return a text with neither marks nor white space, which Markdown changes."""
    return re.sub(r"[\s*>«»]", "", text)


async def test_what_the_readme_asks_is_answered_as_it_says(tmp_path: Path) -> None:
    quoted = "\n".join(line for line in README.splitlines() if line.startswith(">"))
    asked, quote, source = quoted.split("\n>\n")
    asks = [shlex.split(line) for line in re.findall(r"python -m bot ask (.+)", README)]
    assert asks
    async with SearchEngine(Settings(data=tmp_path)) as engine:
        [hit, *_] = (await engine.ask(asked.strip("> *"))).hits
        answers = [await engine.ask(words[0], before=words[2::2]) for words in asks]
        threshold = engine.threshold
    assert spoken(hit.text) == spoken(quote)
    assert spoken(re.findall(r"(?s)\*\*(.+?)\*\*", quote)[0]) == spoken(hit.sentence.text)
    said = spoken(format_source(Words("fr"), hit, threshold))
    assert said.partition("(")[0] == spoken(source).partition("(")[0]
    shares = [int(re.findall(r"\((\d+)%\)", each)[0]) for each in (said, spoken(source))]
    assert abs(shares[0] - shares[1]) <= 1  # processors round vectors in ways of their own
    assert not [answer.question for answer in answers if not answer.hits]


def settings() -> dict[str, object]:
    """Return the environment variable of each setting, and its default."""
    found: dict[str, object] = {}
    for name, field in Settings.model_fields.items():
        group = field.annotation
        if isinstance(group, type) and issubclass(group, BaseModel):
            for inner, each in group.model_fields.items():
                found[f"VERBATIM_{name}__{inner}".upper()] = each.default
        else:
            found[f"VERBATIM_{name}".upper()] = field.default
    return found


def test_the_guide_has_every_setting_with_its_default() -> None:
    text = GUIDE + (ROOT / "config" / "MODELS.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"(?m)^\| `([A-Z_]+)` \| (.*?) \|", GUIDE))
    text = re.sub(
        r"(`VERBATIM_[A-Z]+__)(\w+`(?:, `…__\w+`)+)", lambda m: m[0].replace("…__", m[1][1:]), text
    )
    known = settings()
    assert not [
        name for name in known if f"`{name}`" not in text and name != "VERBATIM_DISCORD_TOKEN"
    ]
    assert not [name for name in rows if name not in known and name != "DISCORD_TOKEN"]
    plain = {
        n: d for n, d in known.items() if n in rows and isinstance(d, bool | int | float | str)
    }
    said = {name: rows[name].strip("`").replace(",", "") for name in plain}
    wrong = {
        n: said[n]
        for n, d in plain.items()
        if said[n] not in {str(d).lower(), str(d), f"{d:g}" if not isinstance(d, str) else d}
    }
    assert not wrong
