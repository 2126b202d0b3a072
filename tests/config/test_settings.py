"""Settings: their sources, their precedence, and the errors about invalid ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from config import ConfigError
from config.settings import Settings, find_language, load_settings, variables

TOKEN = "not.a.secret"


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test in an empty folder, without settings in the environment."""
    monkeypatch.chdir(tmp_path)
    unset(monkeypatch)


def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove all settings from the environment."""
    for name in [n for n in os.environ if n.startswith(("VERBATIM_", "DISCORD_"))]:
        monkeypatch.delenv(name)


def write(name: str, text: str) -> None:
    Path(name).write_text(text, encoding="utf-8")


def refused() -> str:
    with pytest.raises(ConfigError) as caught:
        load_settings()
    return str(caught.value)


def test_everything_has_a_default() -> None:
    settings = load_settings()
    assert (settings.data, settings.model, settings.top_k) == (Path("data"), "e5", 3)
    assert settings.token is None


def test_the_stories_of_the_project_are_where_the_seeds_are_read_from() -> None:
    assert load_settings().seeds.name == "seeds"
    assert load_settings().seeds.is_absolute()


def test_the_environment_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERBATIM_TOP_K", "5")
    assert load_settings().top_k == 5


def test_a_setting_in_a_group_has_two_underscores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERBATIM_ENCODER__THREADS", "2")
    assert load_settings().encoder.threads == 2


def test_toml_sets_by_the_short_names() -> None:
    write("verbatim.toml", "top_k = 4\n[discord]\nguild_id = 7\nadmin_users = [1, 2]\n")
    settings = load_settings()
    assert (settings.top_k, settings.discord.guild_id) == (4, 7)
    assert settings.discord.admin_users == (1, 2)


def test_toml_sets_by_the_names_of_the_environment() -> None:
    write("verbatim.toml", "VERBATIM_TOP_K = 4\nVERBATIM_DISCORD__GUILD_ID = 7\n")
    settings = load_settings()
    assert (settings.top_k, settings.discord.guild_id) == (4, 7)


def test_an_argument_wins_over_the_environment_over_env_file_over_toml(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write("verbatim.toml", "top_k = 1\nsnapshots_kept = 1\n")
    seen = [load_settings().top_k]
    write(".env", "VERBATIM_TOP_K=2\n")
    seen.append(load_settings().top_k)
    monkeypatch.setenv("VERBATIM_TOP_K", "3")
    seen.append(load_settings().top_k)
    seen.append(load_settings(top_k=4).top_k)
    assert seen == [1, 2, 3, 4]


def test_sources_are_merged_setting_by_setting_within_a_group(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write("verbatim.toml", "[discord]\nguild_id = 7\npublic = false\n")
    monkeypatch.setenv("VERBATIM_DISCORD__GUILD_ID", "8")
    settings = load_settings()
    assert (settings.discord.guild_id, settings.discord.public) == (8, False)


def test_an_argument_of_none_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERBATIM_DATA", "there")
    assert load_settings(data=None).data == Path("there")


def test_a_list_of_ids_may_be_written_in_several_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = []
    for written in ["1,2", "1 2", "1, 2", "[1, 2]"]:
        monkeypatch.setenv("VERBATIM_DISCORD__CHANNELS", written)
        if load_settings().discord.channels != (1, 2):
            wrong.append(written)
    assert not wrong


def test_one_id_is_a_list_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERBATIM_DISCORD__ADMIN_ROLES", "1184839384")
    assert load_settings().discord.admin_roles == (1184839384,)


@pytest.mark.parametrize("name", ["DISCORD_TOKEN", "VERBATIM_DISCORD__TOKEN"])
def test_the_token_has_two_names(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, f" {TOKEN} ")
    assert load_settings().token == TOKEN


@pytest.mark.parametrize("place", [".env", "verbatim.toml"])
def test_the_token_may_stand_in_a_file(place: str) -> None:
    write(place, f'DISCORD_TOKEN="{TOKEN}"\n')
    assert load_settings().token == TOKEN


def test_an_empty_token_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "  ")
    assert load_settings().token is None


def test_the_token_is_not_shown_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "very-secret")
    assert "very-secret" not in repr(load_settings())


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_settings().top_k = 4


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("VERBATIM_TOPK", "Did you mean VERBATIM_TOP_K?"),
        ("VERBATIM_LOGLEVEL", "Did you mean VERBATIM_LOG__LEVEL?"),
        ("VERBATIM_ENCODER__BACKEND", "config/README.md lists the settings."),
        ("VERBATIM_DISCORD__COMPONENTS", "config/README.md lists the settings."),
    ],
)
def test_a_setting_that_does_not_exist_is_named_with_one_that_is_meant(
    monkeypatch: pytest.MonkeyPatch, name: str, hint: str
) -> None:
    monkeypatch.setenv(name, "5")
    assert refused() == f"There is no setting {name} (found in the environment). {hint}"


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (".env", "VERBATIM_SPEED=9\n"),
        ("verbatim.toml", "speed = 9\n"),
        ("verbatim.toml", "VERBATIM_SPEED = 9\n"),
    ],
)
def test_a_setting_that_does_not_exist_is_named_with_the_file_it_stands_in(
    place: str, text: str
) -> None:
    write(place, text)
    assert f"There is no setting VERBATIM_SPEED (found in {place})" in refused()


def test_a_setting_that_does_not_exist_in_a_group_is_named() -> None:
    write("verbatim.toml", "[discord]\nguild = 7\n")
    assert "There is no setting VERBATIM_DISCORD__GUILD" in refused()


def test_an_invalid_value_is_reported_with_what_is_expected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = []
    for name, value, expected in [
        ("VERBATIM_TOP_K", "many", "a whole number, not 'many'"),
        ("VERBATIM_WATCH__FEEDS", "abc", "an address, such as https://example.org, not 'abc'"),
        ("VERBATIM_FETCH__CONTACT", "a b", "an address, such as https://example.org, not 'a b'"),
        ("VERBATIM_TOP_K", "11", "less than or equal to 10"),
        ("VERBATIM_THRESHOLD", "1.5", "less than or equal to 1"),
        ("VERBATIM_LANGUAGE", "de", "'fr' or 'en'"),
        ("VERBATIM_DISCORD__PUBLIC", "perhaps", "true or false"),
        ("VERBATIM_DISCORD__ADMIN_USERS", "me", "a whole number"),
        (
            "VERBATIM_DISCORD__API_BASE",
            "discord.com/api",
            "an address, such as https://example.org",
        ),
        ("VERBATIM_DISCORD__GATEWAY", "https://x.org", "an address, such as wss://example.org"),
        ("VERBATIM_HEALTH__HOST", "a" * 300, "a shorter text"),
    ]:
        unset(monkeypatch)
        monkeypatch.setenv(name, value)
        sentence = refused()
        named = f"The setting {name} cannot be used" in sentence
        if not (named and expected in sentence and "\n" not in sentence):
            wrong.append((name, value, expected))
    assert not wrong


def test_a_group_that_is_no_group_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERBATIM_DISCORD", "on")
    assert "VERBATIM_DISCORD" in refused()


def test_an_empty_setting_is_not_set_but_for_a_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in variables().keys() - {"VERBATIM_DISCORD__SHARD_IDS"}:
        monkeypatch.setenv(name, "")
    settings = load_settings()
    assert settings.encoder.query_prompt == settings.encoder.document_prompt == ""
    encoder = settings.encoder.model_copy(update={"query_prompt": None, "document_prompt": None})
    token = {"discord_token": None, "discord": settings.discord.model_copy(update={"token": None})}
    assert settings.token is None
    assert settings.model_copy(update={"encoder": encoder, **token}) == Settings()


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (".env", "VERBATIM_LANGUAGE=en\nVERBATIM_TOP_K=0\n"),
        ("verbatim.toml", 'language = "en"\nspeed = 9\n'),
        (".env", "VERBATIM_LANGUAGE=en\nVERBATIM_SPEED=9\n"),
    ],
)
def test_the_language_is_found_beside_a_setting_that_is_wrong(place: str, text: str) -> None:
    assert find_language() == "fr"
    write(place, text)
    assert refused()
    assert find_language() == "en"


def test_a_file_that_cannot_be_read_hides_no_language_of_another() -> None:
    write("verbatim.toml", 'language = "en"\n')
    Path(".env").mkdir()
    assert find_language() == "en"


def test_a_group_in_toml_that_is_no_table_is_named() -> None:
    write("verbatim.toml", "discord = 5\n")
    assert "VERBATIM_DISCORD" in refused()


def test_an_invalid_token_is_not_repeated() -> None:
    write("verbatim.toml", "[discord]\ntoken = 12345678\n")
    assert "12345678" not in refused()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"top_k = 1\nmodel = \n", "is not TOML from line 2, column 9 on: write each setting"),
        (b"top_k = 1\nmodel e5\n", "is not TOML from line 2, column 7 on: write each setting"),
        (b"top_k = 1\nmodel = 'e5", "is not TOML from line 2, column 1 on: write each setting"),
        (b"\xff\xfe", "is not UTF-8: save it with this encoding."),
    ],
)
def test_toml_that_cannot_be_read_is_named_with_the_place(data: bytes, sentence: str) -> None:
    Path("verbatim.toml").write_bytes(data)
    assert f"verbatim.toml {sentence}" in refused()


@pytest.mark.parametrize("broken", ["language fr", "'VERBATIM_TOP_K=2", 'A="1" 2'])
def test_a_line_of_env_that_sets_nothing_is_named(
    broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    write(".env", f"# mine\nVERBATIM_TOP_K=2\n{broken}\nVERBATIM_LANGUAGE=en\n")
    assert refused().startswith("Line 3 of .env sets nothing: write each setting on a line")
    assert caplog.text == ""


def test_a_folder_in_the_place_of_toml_is_named() -> None:
    Path("verbatim.toml").mkdir()
    assert refused().startswith("verbatim.toml cannot be read")


def test_variables_of_other_programs_are_ignored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOP_K", "9")
    write(".env", "OTHER=1\n")
    assert load_settings() == Settings()


def test_a_list_of_feeds_may_be_written_in_several_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = []
    for given in [
        "https://a.example/x,y https://b.example/f",
        "https://a.example/x,y,https://b.example/f",
        '["https://a.example/x,y", "https://b.example/f"]',
    ]:
        monkeypatch.setenv("VERBATIM_WATCH__FEEDS", given)
        if load_settings().watch.feeds != ("https://a.example/x,y", "https://b.example/f"):
            wrong.append(given)
    assert not wrong


def test_an_invalid_address_or_number_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = []
    for name, value in [
        ("WATCH__FEEDS", "ftp://a.example/f"),
        ("WATCH__FEEDS", "[oops"),
        ("WATCH__INTERVAL", "5"),
        ("WATCH__DEBOUNCE", "0"),
        ("HEALTH__PORT", "70000"),
        ("DISCORD__SHARDS", "-1"),
    ]:
        unset(monkeypatch)
        monkeypatch.setenv(f"VERBATIM_{name}", value)
        if f"VERBATIM_{name} " not in refused():
            wrong.append((name, value))
    assert not wrong


def test_nothing_is_watched_or_listened_on_by_default() -> None:
    settings = load_settings()
    assert (settings.watch.folder, settings.watch.feeds, settings.health.port) == (None, (), None)


ADDRESS = "postgresql://verbatim:hunter2@db.example:5432/verbatim"


@pytest.mark.parametrize("given", ["", "  "])
def test_without_an_address_the_data_folder_is_the_store(
    given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERBATIM_STORE__ADDRESS", given)
    assert load_settings().store.url == ""


def test_an_address_may_have_all_that_such_addresses_have(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = []
    for given in [
        ADDRESS,
        "postgres://db.example/v",
        "postgresql://v:%40@[::1]:5433/v?sslmode=require",
        "postgresql://v@one.example:5432,two.example:5433/v",
        "postgresql:///v?host=/run/postgres",
    ]:
        monkeypatch.setenv("VERBATIM_STORE__ADDRESS", given)
        if load_settings().store.url != given:
            wrong.append(given)
    assert not wrong


def test_the_address_of_the_database_is_read_without_the_space_around_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VERBATIM_STORE__ADDRESS", f" {ADDRESS}\n")
    assert load_settings().store.url == ADDRESS


def test_the_password_of_the_database_is_not_shown_with_the_settings() -> None:
    write("verbatim.toml", f'[store]\naddress = "{ADDRESS}"\n')
    assert "hunter2" not in repr(load_settings())


def test_an_address_of_no_database_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = []
    for given in [
        "mysql://verbatim:hunter2@db.example/verbatim",
        "postgresql://",
        "postgresql://verbatim:hunter2@db.example:99999/verbatim",
        "postgresql://verbatim:hunter2@[::1/verbatim",
    ]:
        monkeypatch.setenv("VERBATIM_STORE__ADDRESS", given)
        if (
            refused() != "The setting VERBATIM_STORE__ADDRESS cannot be used: it must be like "
            "postgresql://user:password@host:port/name."
        ):
            wrong.append(given)
    assert not wrong


def test_an_unknown_place_of_search_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VERBATIM_STORE__SEARCH", "cloud")
    assert refused() == (
        "The setting VERBATIM_STORE__SEARCH cannot be used: input should be 'memory' or "
        "'database', not 'cloud'."
    )


def test_a_search_in_the_database_needs_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERBATIM_STORE__SEARCH", "database")
    assert "VERBATIM_STORE__SEARCH=database needs VERBATIM_STORE__ADDRESS" in refused()


@pytest.mark.parametrize(
    ("name", "text"), [("verbatim.toml", "top_k = 2\n"), (".env", "VERBATIM_TOP_K=2\n")]
)
def test_a_file_of_windows_begins_with_a_mark_of_its_encoding(name: str, text: str) -> None:
    write(name, "\ufeff" + text)
    assert load_settings().top_k == 2
