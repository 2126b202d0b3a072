"""What the engine says in English is said in French: found again, whatever stands in its gaps."""

from __future__ import annotations

import ast
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.running import supervise
from bot.shell.cli import app
from bot.translate import GAP, LOCALES, Template, templates, translate
from tests.house import sources

SAID_BY = {
    *("InputError", "QuestionError", "LimitError", "ReadError", "BusyError", "StorageError"),
    *(
        "FullError",
        "PlaceError",
        "AwayError",
        "SnapshotError",
        "OtherFormat",
        "ModelError",
        "ConfigError",
    ),
    *("EmbeddingsError", "kind", "_bad", "note"),
    *(
        "UnknownArticle",
        "UnknownProposal",
        "UnknownSnapshot",
        "Rejected",
        "LeftOut",
        "BadParameter",
        "wrong",
    ),
}
"""What is made with a sentence for a person."""
FRENCH = {GAP.join(template.words) for template in templates("fr")}
OWED = 0
"""Sentences that are English still; none in the end."""
FIT = "Fit one with the command calibrate."
MADE = "Faites-en un avec la commande calibrate."
FIELD = (
    " as name: value, without tabs, and put quotes around a value that holds a colon or begins "
    "with a sign."
)
CHAMP = (
    " sous la forme « nom: valeur », sans tabulation, et mettez entre guillemets "
    "droits une valeur qui contient deux-points ou commence par un signe."
)
CUT = "cut it into several."
WHICH = "Il n’y a pas d’option « --n » (vouliez-vous dire l’une de celles-ci : « --a », « --b » ?)"
AGAIN = "réessayez quand ce sera fini."
NEVER_SHOWN = {
    *("The question is empty.", "The question is too long."),
    *("The model's thread has been closed.", "{} rows, but shape {} of allowed ones."),
    *("a change of the articles", "a message"),  # where an error was, for the operator's log
    "The database {} {}",
    "{} has more than {:,} {}, the most of one article; cut it into several.",
    "{}; check its permissions.",
    *(
        "Articles without a date are left out: {}.",
        'No article comes from "{}". Sources like it: {}.',
        "You are welcome. Ask the articles anything else.",
    ),
    "Hello. Ask a question, and the articles answer in their own words.",
    "I am a program that quotes the articles, word for word. Ask a question about them.",
}
"""What nobody reads, what is a sentence when its gap is filled in, and notes that have a name."""
SENTENCE = re.compile(r"(?:[A-Z]|\{\}).*[a-z]{2} .*\.", re.DOTALL)


def written(node: ast.expr) -> str | None:
    """Return a sentence as the code has it, with a gap for each value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(v.value if isinstance(v, ast.Constant) else GAP for v in node.values)
    return None


def sentences() -> Iterator[tuple[str, str]]:
    """Yield every sentence that the code makes for a person, and the file that it is in."""
    for source in sources().values():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                for said in filter(None, map(written, node.args if name in SAID_BY else ())):
                    if " " in said and said.replace(GAP, "").strip(" ;:.,()"):
                        yield said, str(source.path)
        if source.path.parts[0] == "embeddings":
            yield from ((said, str(source.path)) for said in reasons(source.tree, source.path))
            yield from ((said, str(source.path)) for said in whole(source.tree))


def whole(tree: ast.Module) -> Iterator[str]:
    """Yield whatever looks like a sentence, wherever it is made.

    Docstrings and what is logged are English; a ``Note`` has a text of its own by its name.
    """
    apart: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            apart.update(node.values)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("_log.", "Note")):
            apart.update(ast.walk(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            apart.add(node.value)
    for node in ast.walk(tree):
        said = written(node) if isinstance(node, ast.expr) and node not in apart else None
        if said and SENTENCE.fullmatch(said):
            yield re.sub(r"\{\w+\}", GAP, said)  # a gap of ``format`` has a name


def reasons(tree: ast.Module, path: Path) -> Iterator[str]:
    """Yield each reason of a table ``_REASONS``; those of a store are the ends of sentences."""
    begins = "The database {} " if "store" in path.parts else ""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_REASONS":
            assert isinstance(node.value, ast.Dict)
            yield from (f"{begins}{written(value)}" for value in node.value.values)


def helps() -> Iterator[tuple[str, str]]:
    """Yield every text of ``--help``, and the command that it is of."""
    for command in (app, *app.commands.values()):
        for paragraph in (command.help or "").split("\n\n"):
            yield " ".join(paragraph.split()), str(command.name)
        for option in command.params:
            if said := getattr(option, "help", ""):
                yield said, str(command.name)


def test_every_text_of_the_help_has_its_french() -> None:
    assert not {said: name for said, name in helps() if said not in FRENCH}


def test_no_sentence_has_its_french_twice() -> None:
    lines = (LOCALES / "fr.po").read_text(encoding="utf-8").splitlines()
    counts = Counter(line for line in lines if line.startswith("msgid ") and line != 'msgid ""')
    assert not {line: count for line, count in counts.items() if count > 1}


def test_every_sentence_has_its_french() -> None:
    missing = {said: path for said, path in sentences() if said not in FRENCH | NEVER_SHOWN}
    assert len(missing) <= OWED, missing


def test_what_ends_the_bot_has_its_french() -> None:
    assert not [each for each in supervise._HOPELESS.values() if each not in FRENCH]


def test_no_two_gaps_touch_and_no_sentence_is_all_gap() -> None:
    assert not [each for each in templates("fr") if "" in each.words[1:-1] or not any(each.words)]


def test_every_gap_of_the_french_is_one_of_the_english() -> None:
    for template in templates("fr"):
        values = [f"<{n}>" for n in range(len(template.words) - 1)]
        assert template.other.format(*values)


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("a.txt does not exist; check how it is spelled.",
         "a.txt n’existe pas ; vérifiez son orthographe."),
        ("https://x.fr/a cannot be fetched: the page does not exist.",
         "https://x.fr/a ne peut pas être téléchargée : la page n’existe pas."),
        ("f.zip holds more than 2000 files; cut it into several.",
         "f.zip contient plus de 2000 fichiers ; découpez-la."),
        ("The setting VERBATIM_TOP_K cannot be used: input should be greater than 0, not '0'.",
         "Le réglage VERBATIM_TOP_K ne peut pas servir : il faut plus de 0, et non « 0 »."),
        ("Nothing was changed, because /srv/v cannot be written: Not a directory.",
         "Rien n’a été changé, car /srv/v ne peut pas être écrit : ce n’est pas un dossier."),
        ("The database /a b.db may not be opened: check its permissions.",
         "L’ouverture de la base de données /a b.db est interdite : vérifiez ses droits d’accès."),
        ("The date is 'zzz', which is no day; write it as 2018-06-22.",
         "La date est « zzz », qui n’est pas un jour ; écrivez-le ainsi : 2018-06-22."),
        ("a.zip is no ZIP that can be read (File is not a zip file); export it again.",
         "a.zip n’est pas un ZIP lisible (ce n’est pas un fichier ZIP) ; exportez-le de nouveau."),
        ("verbatim.toml cannot be read: [Errno 21] Is a directory: 'verbatim.toml'.",
         "verbatim.toml ne peut pas être lu : c’est un dossier."),
        ("The setting X cannot be used: input should be 'fr' or 'en', not 'de'.",
         "Le réglage X ne peut pas servir : il faut « fr » ou « en », et non « de »."),
        ("a has more than 2,000,000 characters of text, the most of one article; " + CUT,
         "a contient plus de 2 000 000 caractères, le maximum d’un article ; découpez-le."),
        ("a has more than 10,000 paragraphs, the most of one article; " + CUT,
         "a a plus de 10 000 paragraphes, le maximum d’un article ; découpez-le."),
        ("No such option '--n'. (Did you mean one of: '--a', '--b'?)", WHICH),
        ("'DEBUG', 'INFO', 'WARNING' or 'ERROR'", "« DEBUG », « INFO », « WARNING » ou « ERROR »"),
        ('There is no article "l\'été"; `sources` lists the articles.',
         "Il n’y a pas d’article « l'été » ; « sources » montre les articles."),
        ("Directory '/srv/v' is not readable", "le dossier /srv/v ne peut pas être lu"),
        ("Somebody else is writing in /x (process 3, since noon UTC); try again when that is done.",
         "Quelqu’un d’autre écrit dans /x (le processus 3, depuis le noon UTC) ; " + AGAIN),
        ("Fitted on afriqa_dev, piaf_dev.", "Ajusté sur afriqa_dev, piaf_dev."),
        ("No calibration for m: the confidence rests on the words alone. " + FIT,
         "Aucun étalonnage pour m : la confiance ne repose que sur les mots. " + MADE),
        ("The field date of d is ['hier'], which is no day; write it as 2018-06-22.",
         "Le champ date de d est ['hier'], qui n’est pas un jour ; écrivez-le ainsi : 2018-06-22."),
        ("/x/s.npy is not what was written, its SHA-256 differs: run reindex --full.",
         "/x/s.npy n’est pas ce qui a été écrit, son SHA-256 diffère : lancez reindex --full."),
        ("The front matter of a.md is broken YAML at line 2; write each field" + FIELD,
         "L’en-tête de a.md est du YAML abîmé à la ligne 2 ; écrivez chaque champ" + CHAMP),
        ("Nobody knows this sentence.", "Nobody knows this sentence."),
    ],
)  # fmt: skip
def test_a_sentence_is_said_with_its_values(english: str, french: str) -> None:
    assert translate(english, "fr").replace("\N{NO-BREAK SPACE}", " ") == french
    assert translate(english, "en") == english


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_stands_in_the_gaps_stays(one: str, other: str) -> None:
    template = Template(("Le ", " § ", "."), "{1}|{0}")
    values = template.find_values(f"Le {one} § {other}.")
    assert values is not None
    assert f"Le {values[0]} § {values[1]}." == f"Le {one} § {other}."


def test_no_text_takes_long() -> None:
    began = time.process_time()
    for text in (" is ; cannot be read (" * 180, "; " * 1999, "x" * 100_000):
        translate(text, "fr")
    assert time.process_time() - began < 1
