"""The shards of a process: the forms of the setting, and the errors about invalid ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config import ConfigError
from config.groups import DiscordSettings
from config.settings import load_settings

COUNT, IDS = "VERBATIM_DISCORD__SHARDS", "VERBATIM_DISCORD__SHARD_IDS"


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test in an empty folder, without settings in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in [n for n in os.environ if n.startswith(("VERBATIM_", "DISCORD_"))]:
        monkeypatch.delenv(name)


def read(monkeypatch: pytest.MonkeyPatch, ids: str, count: str | None = "10") -> tuple[int, ...]:
    monkeypatch.setenv(IDS, ids)
    if count is not None:
        monkeypatch.setenv(COUNT, count)
    return load_settings().discord.shard_ids


def refused(monkeypatch: pytest.MonkeyPatch, ids: str, count: str | None = "10") -> str:
    with pytest.raises(ConfigError) as caught:
        read(monkeypatch, ids, count)
    return str(caught.value)


def test_ranges_and_lists_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = []
    for written, ids in [
        ("0-3", (0, 1, 2, 3)),
        ("0,1,2", (0, 1, 2)),
        ("7", (7,)),
        ("8-9, 0 2-3", (0, 2, 3, 8, 9)),
        ("[4, 5]", (4, 5)),
        ("1,1-2,2", (1, 2)),
        ("9", (9,)),
    ]:
        if read(monkeypatch, written) != ids:
            wrong.append((written, ids))
    assert not wrong


def test_a_list_in_toml_is_read() -> None:
    text = "[discord]\nshards = 10\nshard_ids = [1, 2]\n"
    Path("verbatim.toml").write_text(text, encoding="utf-8")
    assert load_settings().discord.shard_ids == (1, 2)


def test_an_id_past_the_last_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = []
    for written in ["10", "0-10", "3,12"]:
        said = refused(monkeypatch, written)
        named = f"The setting {IDS} cannot be used: there is no shard 1"
        if not (said.startswith(named) and said.endswith(f"{COUNT} is 10, so they are 0 to 9.")):
            wrong.append(written)
    assert not wrong


def test_an_empty_list_of_ids_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [refused(monkeypatch, written) for written in ("", " ", ",", "[]")]
    expected = "it names no shard: give ids and ranges, such as 0-3"
    assert [expected in sentence for sentence in said] == [True] * 4


def test_a_malformed_id_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = []
    for written in ["a", "-1", "3-1", "0-", "1.5", "0-999999999", "١"]:
        said = refused(monkeypatch, written)
        if not ("is no shard: give ids and ranges" in said and written in said):
            wrong.append(written)
    assert not wrong


@pytest.mark.parametrize("count", [None, "0"])
def test_ids_without_the_number_of_shards_are_refused(
    monkeypatch: pytest.MonkeyPatch, count: str | None
) -> None:
    assert f"so set {COUNT} to the number of all of them" in refused(monkeypatch, "0-3", count)


def test_a_wrong_number_of_shards_is_reported_before_the_ids(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert refused(monkeypatch, "0-3", "many").startswith(f"The setting {COUNT} cannot be used")


def test_every_server_belongs_to_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [DiscordSettings(shards=3, shard_ids=ids) for ids in ((0, 2), (1,))]
    for server in range(0, 12 << 22, 1 << 21):
        assert [part.has(server) for part in parts] in ([True, False], [False, True])
    assert parts[1].has(4 << 22)


def test_without_ids_every_server_belongs_to_this_process() -> None:
    for settings in (DiscordSettings(), DiscordSettings(shards=0), DiscordSettings(shards=3)):
        assert all(settings.has(server << 22) for server in range(5))
