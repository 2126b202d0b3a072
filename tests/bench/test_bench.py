"""The benchmark measures what it says, on a corpus small enough for every day."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

from tests.bench import __main__ as bench
from tests.bench import peers, report, words
from tests.bench.__main__ import number
from tests.bench.peers import PEERS
from tests.bench.runs import Run, percentiles
from tests.bench.tasks import STAGES, Recombined, Watch, passages_of

TIMES = dict.fromkeys((*STAGES, "cpu", "cpu_p95"), 1.0)
CROWD = {"p50": 2.0, "p95": 3.0, "p99": 4.0, "questions": 5, "per_second": 6.0}


def measured(passages: int) -> report.Measured:
    """Return figures as a corpus might give them, those of time in proportion to its size."""
    seconds = {"seconds": passages / 100, "peak_mb": 300.0, "index": "exact"}
    seconds |= {"cpu": passages / 200, "encode": passages / 400}
    questions = {"stages": TIMES, "rest_mb": 200.0, "peak_mb": 210.0, "first_is_right": 0.9}
    questions["answers"] = CROWD
    askers = {f"askers_{n}": CROWD for n in (1, 8, 64)}
    runs = dict.fromkeys(("index", "start", "reindex_nothing", "add_some"), seconds)
    rest = {"during": CROWD, "disk_mb": 5.0}
    told = {"asked": passages, "passages": passages, "vectors": "real"}
    return told | {"questions": questions | askers} | runs | rest


def others(*peers: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is compared: Verbatim and then some peers."""
    figures = {**CROWD, "cpu": 2.0, "update_seconds": 1.0, "rest_mb": 100.0, "first_is_right": 0.9}
    return [figures | {"name": "Verbatim", "passages": 1000}, *(figures | peer for peer in peers)]


def test_the_same_seed_writes_the_same_corpus(tmp_path: Path) -> None:
    asked = [words.write(tmp_path / name, 60, 10) for name in "ab"]
    first, second = (sorted((tmp_path / name).iterdir()) for name in "ab")
    assert asked[0] == asked[1]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_no_two_articles_are_alike(tmp_path: Path) -> None:
    words.write(tmp_path, 200, 1)
    texts = [path.read_text().rpartition("---\n")[2] for path in tmp_path.iterdir()]
    assert len(set(texts)) == len(texts)


def test_the_corpus_has_the_passages_that_are_asked_for(tmp_path: Path) -> None:
    asked = words.write(tmp_path, 100, 30)
    passages = dict(passages_of(tmp_path))
    assert 100 <= len(passages) < 110
    assert len(asked) == 30
    for each in asked:
        text = passages[f"{each.article}#{each.paragraph}"].lower()
        assert any(word in text for word in each.question.lower().split()[3:-1])


def test_a_change_touches_one_article_in_a_hundred(tmp_path: Path) -> None:
    words.write(tmp_path / "all", 1500, 1)
    changed = list(words.change(tmp_path / "all", tmp_path / "some", "once").iterdir())
    before = [tmp_path / "all" / path.name for path in changed]
    assert all(a.read_text() != b.read_text() for a, b in zip(before, changed, strict=True))
    assert len(changed) == pytest.approx(len(list((tmp_path / "all").iterdir())) / 100, abs=1)


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
    lines = report.markdown([measured(1000), measured(10_000)]).splitlines()
    assert len([line for line in lines if line.startswith("|")]) == len(report.ROWS) + 3
    assert report.growth([measured(1000), measured(10_000)])["add everything"] == pytest.approx(1)


def test_vectors_made_in_two_ways_tell_no_growth_of_the_time_to_make_them() -> None:
    mixed = [measured(1000), measured(10_000) | {"vectors": "recombined"}]
    assert "add everything" not in report.growth(mixed)
    assert "question, p95" in report.growth(mixed)


def test_the_plots_are_drawn(tmp_path: Path) -> None:
    paths = report.draw([measured(1000), measured(10_000)], tmp_path)
    assert [path.name for path in paths] == ["time.png", "memory.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


def test_the_plots_have_no_ground_of_their_own_and_ink_that_is_read_on_any(tmp_path: Path) -> None:
    picture = plt.imread(report.draw([measured(1000), measured(10_000)], tmp_path)[0])
    assert (picture[[0, -1], :, 3] == 0).all()
    for ground in ((1.0, 1.0, 1.0), (0.051, 0.067, 0.09)):  # GitHub's light page and its dark one
        assert all(contrast(colour, ground) > 2.4 for colour in (report.INK, *report.COLOURS))


def contrast(colour: str, ground: tuple[float, float, float]) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2, 1.4.3)."""
    light, dark = sorted(map(luminance, (to_rgb(colour), ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: tuple[float, float, float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def test_another_engine_is_compared_in_a_column_beside_the_sizes() -> None:
    peer = {"name": "Other", "p50": 8.0, "cpu": 1.0, "first_is_right": 0.44}
    text = report.markdown([measured(1000), measured(10_000)], others(peer))
    rows = {line.split("|")[1].strip(): line.split("|")[2:-1] for line in text.splitlines()[:-2]}
    assert [cell.strip() for cell in rows[""]] == [
        "1,000 passages, real vectors", "10,000 passages, real vectors", "n^", "Other",
    ]  # fmt: skip
    assert rows["no message made, p50"][-1].strip() == "4.00 x"
    assert rows["processor time of one"][-1].strip() == "0.50 x"
    assert rows["right passage comes first"][-1].strip() == "44 %"
    assert rows["question, p99"][-1].strip() == ""


def test_every_row_of_the_markdown_has_as_many_cells() -> None:
    lines = report.markdown([measured(1000)], others({"name": "Other"})).splitlines()
    assert len({line.count("|") for line in lines if line}) == 2  # the table, and what follows it
    assert len(lines) == len(report.ROWS) + 5


def test_another_engine_that_is_not_installed_is_named() -> None:
    name = next(iter(PEERS))
    text = report.markdown([measured(1000)], others({"name": name, "missing": "not installed"}))
    assert f"{name}: not installed." in text
    assert name not in text.splitlines()[0]


def test_a_task_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    words.save([], tmp_path / "questions.json")
    run = Run("during", {"data": str(tmp_path), "until": str(tmp_path / "never")})
    with pytest.raises(RuntimeError, match=r"not done after 0 s"):
        run.result(0.01)
    assert not run.running


def test_sizes_that_were_measured_before_are_not_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def fake(size: int, *_: object) -> report.Measured:
        asked.append(size)
        return measured(size)

    monkeypatch.setattr(bench, "measure", fake)
    monkeypatch.setattr(peers, "compare", lambda ours, *_: others({"name": str(ours["asked"])}))
    figures, shown = tmp_path / "figures.json", tmp_path / "table.md"
    for sizes, more in (("1k,10k", []), ("10k,2k", []), ("2k", ["--peers", "3k"])):
        line = ["bench", "--sizes", sizes, "--json", str(figures), "--markdown", str(shown), *more]
        monkeypatch.setattr(sys, "argv", line)
        bench.main()
    kept = json.loads(figures.read_text())
    assert asked == [1000, 10_000, 2000, 3000]
    assert [m["asked"] for m in kept["sizes"]] == [1000, 2000, 3000, 10_000]
    assert kept["peers"][1]["name"] == "3000"
    assert "| 2,000 passages, real vectors |" in shown.read_text()


def test_sizes_may_be_written_short() -> None:
    assert [number(text) for text in ("250", "10k", "1M")] == [250, 10_000, 1_000_000]


@pytest.mark.process
def test_a_corpus_is_added_and_asked_in_processes_of_their_own(tmp_path: Path) -> None:
    asked = words.write(tmp_path / "stories", 40, 12)
    words.save(asked, tmp_path / "questions.json")
    told = {"data": str(tmp_path), "model": "recombined", "questions": 12}
    added = Run("add", told | {"stories": str(tmp_path / "stories")}).result()
    questions = Run("questions", told).result()
    assert added["passages"] >= 40
    assert added["peak_mb"] > 20
    assert added["encoded"] > added["encode"] > 0
    assert questions["askers_64"]["questions"] == 12
    assert questions["first_is_right"] > 0.5
    assert all(questions["stages"][stage] > 0 for stage in TIMES)
