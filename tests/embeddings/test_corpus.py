"""The corpus: exact round trips, strict reading, history, and plans that write nothing."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embeddings.corpus import Corpus, parse, render
from embeddings.errors import InputError, ReadError, StorageError, UnknownArticle
from embeddings.types import Article

ROOT = Path(__file__).resolve().parents[2]
STORY = "Les employés d’Amazon ont écrit à leur direction.\n\nElle n’a pas répondu à la lettre.\n"
ARTICLE = Article("a-b", "Un titre", STORY, "ISSMI", "X Y", date(2018, 6, 22), origin="/x/a.txt")

STEPS = 14
KILLED = """
import os, shutil, sys
from pathlib import Path
from embeddings import files
from embeddings.corpus import Corpus
from embeddings.changing.plan import Plan
from embeddings.types import Article
def dying(step, left):
    def run(*arguments, **options):
        if not left:
            os._exit(9)
        left.pop()
        return step(*arguments, **options)
    return run
data = Path(sys.argv[1])
for steps in range(int(sys.argv[2])):
    mine = shutil.copytree(data, data.with_name(f"data-{steps}"))
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
        continue
    left = [None] * steps
    files._write, files.sync_folder = dying(files._write, left), dying(files.sync_folder, left)
    Path.replace = dying(Path.replace, left)
    new = Article("new", "New", "N" * 9000)
    Corpus(mine / "corpus").apply(Plan((new,), (Article("a-b", "Changed", "C" * 9000),)))
    os._exit(0)
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    made = Corpus(tmp_path / "data" / "corpus")
    made.put(ARTICLE)
    return made


def tree(folder: Path) -> dict[str, bytes]:
    files = (p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): p.read_bytes() for p in files}


def saved(folder: Path, text: str, name: str = "notes.txt") -> str:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


# Round trips.


def test_an_article_is_read_back_as_it_was_written(corpus: Corpus) -> None:
    assert corpus.get("a-b") == ARTICLE


def test_the_file_is_front_matter_and_the_text(corpus: Corpus) -> None:
    written = (corpus.folder / "a-b.md").read_text(encoding="utf-8")
    assert written == (
        "---\nid: a-b\ntitle: Un titre\nsource: ISSMI\nauthor: X Y\ndate: 2018-06-22\n"
        f"language: fr\norigin: /x/a.txt\n---\n{STORY}"
    )


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=40)


@given(
    text=st.one_of(
        st.text(max_size=300),
        st.text("-a\n\r \u00a0\u2028\x85\ufeff", max_size=30).map("---\n".__add__),
    ),
    title=WORDS,
    source=st.none() | WORDS,
    author=st.none() | WORDS,
    day=st.none() | st.dates(min_value=date(1000, 1, 1)),
    origin=st.none() | WORDS,
)
def test_any_article_is_read_back_exactly(
    *,
    text: str,
    title: str,
    source: str | None,
    author: str | None,
    day: date | None,
    origin: str | None,
) -> None:
    article = Article("a-1", title, text, source, author, day, origin=origin)
    assert parse(render(article), "f") == article


@pytest.mark.parametrize(
    "value", ["null", "~", "yes", "2018-06-22", "1.5", "a: b", "'", '"', "---"]
)
def test_words_that_look_like_yaml_are_words(value: str) -> None:
    article = replace(ARTICLE, title=value, source=value, author=value)
    assert parse(render(article), "f") == article


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "a\ud800b"},
        {"title": "\udfff"},
        {"title": ""},
        {"title": "a\nb"},
        {"title": " a"},
        {"id": "Été"},
        {"id": ""},
        {"url": "ftp://x"},
        {"language": "french"},
        {"author": "x" * 501},
        {"origin": "x" * 10_001},
    ],
)
def test_what_would_not_be_read_back_is_not_written(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(InputError, match="cannot be stored"):
        Corpus(tmp_path).put(replace(ARTICLE, **wrong))  # type: ignore[arg-type]
    assert tree(tmp_path) == {}


# Listing, and files that were changed by hand.


def test_articles_come_by_id_with_their_collection(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path, "server-1")
    for name in ("b", "a-b", "a"):
        corpus.put(replace(ARTICLE, id=name))
    articles, problems = corpus.articles()
    assert [(a.id, a.collection) for a in articles] == [
        ("a", "server-1"),
        ("a-b", "server-1"),
        ("b", "server-1"),
    ]
    assert (corpus.ids(), problems) == (("a", "a-b", "b"), ())


def test_a_folder_that_is_not_there_has_no_articles(tmp_path: Path) -> None:
    assert Corpus(tmp_path / "none").articles() == ((), ())


def test_a_folder_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be read"):
        Corpus(tmp_path / "file").ids()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Un texte.", "no front matter"),
        (b"---\r\nid: x\r\n---\r\nA", "no front matter"),
        (b"---\nid: x\n", "no front matter"),
        (b"---\nid: x\ntitle: A\n---\nA.", "does not state"),
        (b"---\nid: y\ntitle: A\nlanguage: fr\n---\nA.", "says that its id is y; name it y.md"),
        (b"---\nid: x\ntitle: [A\n---\nA.", "broken YAML"),
        (b"---\nid: x\ntitle: A\nlanguage: fr\ndate: 2018-02-30\n---\nA.", "no day"),
        (b"---\nid: x\ntitle: \xff\n---\nA.", "not in UTF-8"),
        (b"", "no front matter"),
    ],
)
def test_a_file_broken_by_hand_is_named_and_the_others_are_listed(
    corpus: Corpus, content: bytes, words: str
) -> None:
    (corpus.folder / "x.md").write_bytes(content)
    articles, problems = corpus.articles()
    assert articles == (ARTICLE,)
    assert len(problems) == 1
    assert words in problems[0]
    assert str(corpus.folder / "x.md") in problems[0]
    with pytest.raises(ReadError):
        corpus.get("x")


def test_a_folder_named_like_an_article_is_a_problem(corpus: Corpus) -> None:
    (corpus.folder / "x.md").mkdir()
    assert "cannot be read" in corpus.articles()[1][0]


@pytest.mark.parametrize("name", ["none", "../corpus/a-b", "", "A-B", "a-b.md"])
def test_an_unknown_id_is_told(corpus: Corpus, name: str) -> None:
    with pytest.raises(UnknownArticle, match="There is no article"):
        corpus.get(name)


# History.


def test_a_replaced_article_is_kept_under_the_digest_of_its_text(corpus: Corpus) -> None:
    before = (corpus.folder / "a-b.md").read_bytes()
    corpus.put(replace(ARTICLE, text="Autre."))
    kept = corpus.folder.parent / "history" / "a-b" / f"{ARTICLE.digest[:12]}.md"
    assert kept.read_bytes() == before
    assert corpus.get("a-b").text == "Autre."


def test_a_removed_article_is_kept(corpus: Corpus) -> None:
    corpus.remove("a-b")
    assert corpus.ids() == ()
    assert list(tree(corpus.folder.parent)) == [f"history/a-b/{ARTICLE.digest[:12]}.md"]


def test_versions_that_differ_in_metadata_alone_are_all_kept(corpus: Corpus) -> None:
    for title in ("B", "C", "C"):
        corpus.put(replace(ARTICLE, title=title))
    corpus.remove("a-b")
    kept = sorted((corpus.folder.parent / "history" / "a-b").iterdir())
    assert [parse(p.read_bytes(), "f").title for p in kept] == ["B", "C", "Un titre"]


def test_a_broken_file_is_kept_too_when_it_is_removed(corpus: Corpus) -> None:
    (corpus.folder / "x.md").write_bytes(b"broken")
    corpus.remove("x")
    assert b"broken" in tree(corpus.folder.parent).values()


# Plans.


def test_a_plan_writes_nothing(corpus: Corpus, tmp_path: Path) -> None:
    before = tree(tmp_path)
    path = saved(tmp_path, STORY.replace("Amazon", "Google"))
    before["notes.txt"] = Path(path).read_bytes()
    assert [a.title for a in corpus.plan([path]).added] == ["Notes"]
    assert tree(tmp_path) == before


def test_an_applied_plan_is_unchanged_the_second_time(corpus: Corpus, tmp_path: Path) -> None:
    path = saved(tmp_path, STORY.replace("Amazon", "Google"))
    corpus.apply(corpus.plan([path]))
    again = corpus.plan([path])
    assert [a.id for a in again.unchanged] == ["notes"]
    assert (again.added, again.changed, again.rejected) == ((), (), ())
    assert corpus.get("notes").origin == path


def test_a_file_that_changed_keeps_its_id(corpus: Corpus, tmp_path: Path) -> None:
    path = saved(tmp_path, STORY.replace("Amazon", "Google"))
    corpus.apply(corpus.plan([path]))
    saved(tmp_path, "# Un tout autre titre\n\n" + STORY)
    plan = corpus.plan([path])
    corpus.apply(plan)
    assert [a.id for a in plan.changed] == ["notes"]
    assert corpus.get("notes").title == "Un tout autre titre"


def test_a_folder_is_walked_in_order_without_what_is_no_article(
    corpus: Corpus, tmp_path: Path
) -> None:
    stories = tmp_path / "stories"
    for name in (
        "b.txt",
        "a.md",
        "README.md",
        "readme.fr.md",
        "LICENSE.txt",
        ".hidden.md",
        "q.jsonl",
    ):
        saved(stories, f"Le récit {name} est écrit.", name)
    saved(stories / "sub", "Le récit du fond est écrit.", "c.text")
    saved(stories / ".git", "Le récit caché est écrit.", "d.txt")
    plan = corpus.plan([str(stories), str(stories / "a.md")])
    assert [Path(a.origin or "").name for a in plan.added] == ["a.md", "b.txt", "c.text"]
    assert plan.rejected == ()


def test_a_readme_that_is_named_itself_is_taken(corpus: Corpus, tmp_path: Path) -> None:
    assert corpus.plan([saved(tmp_path, "Il était une fois.", "README.md")]).added


def test_each_input_that_is_not_taken_is_told_and_the_rest_goes_on(
    corpus: Corpus, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    bad = saved(tmp_path / "stories", "a\0b", "bad.txt")
    good = saved(tmp_path / "stories", "Il était une fois.", "good.txt")
    inputs = [str(tmp_path / "empty"), str(tmp_path / "stories"), "none.txt", "ftp://a.b/c", "a\0"]
    plan = corpus.plan(inputs)
    assert [a.origin for a in plan.added] == [good]
    assert [r.input for r in plan.rejected] == [inputs[0], bad, *inputs[2:]]
    assert all(r.reason.endswith(".") for r in plan.rejected)
    assert "has no article; put files ending in .docx" in plan.rejected[0].reason


def test_a_folder_that_cannot_be_opened_is_rejected(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()

    def refuse(path: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", refuse)
    (rejected,) = corpus.plan([str(tmp_path / "closed")]).rejected
    assert rejected.input == str(tmp_path / "closed")
    assert "cannot be opened: Permission denied" in rejected.reason


def test_an_article_that_came_in_meanwhile_is_not_overwritten(
    corpus: Corpus, tmp_path: Path
) -> None:
    plan = corpus.plan([saved(tmp_path, "Il était une fois.")])
    corpus.put(replace(ARTICLE, id=plan.added[0].id))
    before = tree(tmp_path)
    with pytest.raises(InputError, match="added meanwhile; nothing was changed"):
        corpus.apply(plan)
    assert tree(tmp_path) == before


def test_a_full_disk_leaves_the_corpus_as_it_was(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [saved(tmp_path, f"Il était {n} fois.", f"{n}.txt") for n in range(3)]
    plan = corpus.plan(paths)
    before = tree(tmp_path)
    fsync, synced = os.fsync, [0]

    def full(handle: int) -> None:
        synced[0] += 1
        if synced[0] > 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="Nothing was changed"):
        corpus.apply(plan)
    assert tree(tmp_path) == before


def test_a_crash_at_any_write_leaves_whole_articles_and_loses_none(
    corpus: Corpus, tmp_path: Path
) -> None:
    data = corpus.folder.parent
    subprocess.run([sys.executable, "-c", KILLED, str(data), str(STEPS)], cwd=ROOT, check=True)
    outcomes = set()
    for steps in range(STEPS):
        mine = Corpus(tmp_path / f"data-{steps}" / "corpus")
        articles, problems = mine.articles()
        assert problems == ()
        outcomes.add(tuple(a.text[:1] for a in articles))
        assert STORY in kept_texts(mine.folder.parent)
        mine.put(replace(ARTICLE, id="next"))
        assert not list(mine.folder.glob(".*"))
    assert outcomes == {("L",), ("L", "N"), ("C", "N")}


def kept_texts(data: Path) -> list[str]:
    contents = {n: c for n, c in tree(data).items() if not Path(n).name.startswith(".")}
    return [parse(content, name).text for name, content in contents.items()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    body=st.text(st.sampled_from("Ab é.\n\u00a0#-«»:,\u2028\x0b\u200b"), max_size=80),
    stem=st.text(st.sampled_from("ab-_ .é2018\u00a0"), min_size=1, max_size=20),
)
def test_whatever_is_read_can_be_stored(tmp_path: Path, body: str, stem: str) -> None:
    path = tmp_path / f"{stem}.txt"
    path.write_text(f"{body}\n\nIl était une fois dans l’Ouest.", encoding="utf-8")
    corpus = Corpus(tmp_path / "corpus")
    plan = corpus.plan([str(path)])
    path.unlink()
    for article in (*plan.added, *plan.changed):
        assert parse(render(article), "f") == article
