"""The benchmark measures what it says, on a corpus small enough for every day."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from embeddings.articlefile import parse
from embeddings.passages import split
from tests.bench import plots, report, words
from tests.bench.__main__ import number
from tests.bench.memory import Run
from tests.bench.peers import PEERS
from tests.bench.sizes import CORPUS, change, plan
from tests.bench.stages import STAGES, Watch
from tests.bench.tasks import percentiles
from tests.bench.vectors import Recombined

TIMES = dict.fromkeys((*STAGES, "cpu", "cpu_p95"), 1.0)
CROWD = {"p50": 2.0, "p95": 3.0, "p99": 4.0, "questions": 5, "per_second": 6.0}


def measured(passages: int) -> report.Measured:
    """Return figures as a corpus might give them, those of time in proportion to its size."""
    seconds = {"seconds": passages / 100, "peak_mb": 300.0, "index": "Flat"}
    questions = {"stages": TIMES, "rest_mb": 200.0, "peak_mb": 210.0, "first_is_right": 0.9}
    askers = {f"askers_{n}": CROWD for n in (1, 8, 64)}
    runs = dict.fromkeys(("index", "start", "reindex_nothing", "reindex_some"), seconds)
    rest = {"encode": {"passages_per_second": 9.0, "ratio": 2.0}, "during": CROWD, "disk_mb": 5.0}
    return {"passages": passages, "vectors": "real", "questions": questions | askers} | runs | rest


def test_the_same_seed_writes_the_same_corpus(tmp_path: Path) -> None:
    asked = [words.write(tmp_path / name, 60, 10) for name in "ab"]
    first, second = (sorted((tmp_path / name).iterdir()) for name in "ab")
    assert asked[0] == asked[1]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_no_two_articles_are_alike(tmp_path: Path) -> None:
    words.write(tmp_path, 200, 1)
    texts = [path.read_text().rpartition("---\n")[2] for path in tmp_path.iterdir()]
    assert len(set(texts)) == len(texts)


def test_the_corpus_is_made_of_articles_with_the_passages_that_are_asked_for(
    tmp_path: Path,
) -> None:
    asked = words.write(tmp_path, 100, 30)
    articles = {p.stem: parse(p.read_bytes(), p.name) for p in tmp_path.iterdir()}
    assert 100 <= sum(len(split(article)) for article in articles.values()) < 110
    assert len(asked) == 30
    for each in asked:
        passage = split(articles[each.article])[each.paragraph - 1]
        text = articles[each.article].text[passage.start : passage.end].lower()
        assert any(word in text for word in each.question.lower().split()[3:-1])


def test_a_change_touches_one_article_in_a_hundred(tmp_path: Path) -> None:
    words.write(tmp_path, 1500, 1)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    changed = change(tmp_path, "once")
    assert sum(path.read_bytes() != data for path, data in before.items()) == changed
    assert changed == pytest.approx(len(before) / 100, abs=1)


def test_recombined_vectors_of_texts_that_share_words_are_near() -> None:
    one, near, far = Recombined().encode_documents(
        ["portéant camoine derifre", "camoine portéant", "stenlique averon"]
    )
    assert one @ near > one @ far + 0.3
    np.testing.assert_allclose([v @ v for v in (one, near, far)], 1, atol=1e-5)


def test_what_an_inner_stage_takes_is_left_out_of_the_outer() -> None:
    watch = Watch()
    inner = watch.around("inner", lambda: time.sleep(0.05))
    watch.around("outer", lambda: (inner(), time.sleep(0.01)))()
    assert watch.seconds["inner"] >= 0.05
    assert 0.01 <= watch.seconds["outer"] < 0.045


def test_percentiles_are_of_all_that_was_measured() -> None:
    assert percentiles([*map(float, range(100))]) == {
        "p50": 50, "p95": 95, "p99": 99, "questions": 100,
    }  # fmt: skip


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 2.0])
def test_growth_is_the_exponent_of_the_size(power: float) -> None:
    sizes = [1e3, 1e4, 1e5]
    assert report.exponent(sizes, [7 * n**power for n in sizes]) == pytest.approx(power)


def test_the_table_shows_every_figure_of_every_size() -> None:
    shown = report.table([measured(1000), measured(10_000)])
    assert shown.row_count == len(report.ROWS) + 1
    assert len(shown.columns) == 4
    assert report.growth([measured(1000), measured(10_000)])["index everything"] == pytest.approx(1)


def test_vectors_made_in_two_ways_tell_no_growth_of_the_time_to_make_them() -> None:
    mixed = [measured(1000), measured(10_000) | {"vectors": "recombined"}]
    assert "index everything" not in report.growth(mixed)
    assert "question, p95" in report.growth(mixed)


def test_the_plots_are_drawn(tmp_path: Path) -> None:
    paths = plots.draw([measured(1000), measured(10_000)], tmp_path)
    assert [path.name for path in paths] == ["time.png", "memory.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


def test_another_engine_that_is_not_installed_is_named() -> None:
    ours = dict.fromkeys(("cpu", "update_seconds", "rest_mb", "first_is_right"), 1.0)
    ours |= {"name": "Verbatim", **CROWD}
    missing = {"name": next(iter(PEERS)), "missing": "not installed"}
    assert report.peers([ours, missing]).row_count == 2


@pytest.mark.parametrize(("text", "size"), [("250", 250), ("10k", 10_000), ("1M", 1_000_000)])
def test_sizes_may_be_written_short(text: str, size: int) -> None:
    assert number(text) == size
    assert plan(size, "auto", 1).vectors == ("real" if size <= 10_000 else "recombined")


def test_a_corpus_is_indexed_and_asked_in_processes_of_their_own(tmp_path: Path) -> None:
    asked = words.write(tmp_path / CORPUS, 40, 12)
    words.save(asked, tmp_path / "questions.json")
    told = {"data": str(tmp_path), "vectors": "recombined", "questions": 12}
    index, questions = (Run(task, told).result() for task in ("index", "questions"))
    assert index["passages"] >= 40
    assert index["peak_mb"] > 20
    assert questions["askers_64"]["questions"] == 12
    assert questions["first_is_right"] > 0.5
    assert all(questions["stages"][stage] > 0 for stage in TIMES)
    assert json.dumps(questions)
