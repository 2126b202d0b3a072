"""Logging: text for people, one JSON object a line for machines, never on standard output."""

from __future__ import annotations

import json
import logging
import sys
import warnings
from typing import TYPE_CHECKING

import pytest

from config.groups import LogSettings
from config.log import JsonFormatter, is_json, set_up

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """Restore the configuration of logging."""
    loggers = [logging.getLogger(name) for name in (None, "bot", "config", "embeddings")]
    before = [(logger, logger.level, logger.handlers[:]) for logger in loggers]
    yield
    logging.captureWarnings(False)
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers


def said(capture: pytest.CaptureFixture[str], logger: str, importance: int, **settings: str) -> str:
    """Return a record as written to standard error."""
    set_up(LogSettings.model_validate(settings))
    logging.getLogger(logger).log(importance, "read %d articles", 3)
    out, err = capture.readouterr()
    assert out == ""
    return err


def test_a_record_is_a_line_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    line = said(capsys, "embeddings.engine", logging.INFO)
    assert line.endswith(" INFO embeddings.engine: read 3 articles\n")


def test_a_record_is_a_json_object_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    entry = json.loads(said(capsys, "bot.client", logging.INFO, format="json"))
    assert (entry["level"], entry["logger"], entry["message"]) == (
        *("INFO", "bot.client"),
        "read 3 articles",
    )


def test_the_time_is_utc(capsys: pytest.CaptureFixture[str]) -> None:
    entry = json.loads(said(capsys, "bot", logging.INFO, format="json"))
    assert entry["time"].endswith("+00:00")


def test_libraries_are_quiet_below_warning(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "discord.gateway", logging.INFO) == ""
    assert said(capsys, "discord.gateway", logging.WARNING) != ""


def test_the_level_is_a_setting(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "embeddings", logging.INFO, level="WARNING") == ""
    assert said(capsys, "embeddings", logging.DEBUG, level="DEBUG") != ""


def test_setting_up_twice_does_not_repeat_records(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(LogSettings())
    assert said(capsys, "bot", logging.INFO).count("\n") == 1


def record(**extra: object) -> logging.LogRecord:
    made = logging.LogRecord("bot", logging.ERROR, "bot.py", 1, "à %s", ("l’œuvre",), None)
    made.__dict__.update(extra)
    return made


def test_extra_fields_of_a_record_are_written() -> None:
    assert json.loads(JsonFormatter().format(record(guild=7)))["guild"] == 7


def test_letters_are_not_escaped() -> None:
    assert "à l’œuvre" in JsonFormatter().format(record())


def test_a_value_without_json_form_is_written_as_text() -> None:
    assert json.loads(JsonFormatter().format(record(error=ValueError("no"))))["error"] == "no"


def test_an_exception_is_one_line_too() -> None:
    try:
        int("no")
    except ValueError:
        line = JsonFormatter().format(record(exc_info=sys.exc_info()))
    assert "\n" not in line
    assert "ValueError: invalid literal" in json.loads(line)["exception"]


def test_a_warning_of_a_library_is_a_record_too(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(LogSettings(format="json"))
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("it is old", DeprecationWarning, stacklevel=1)
    assert json.loads(capsys.readouterr().err)["level"] == "WARNING"


def test_the_format_of_the_log_is_known() -> None:
    set_up(LogSettings())
    assert not is_json()
    set_up(LogSettings(format="json"))
    assert is_json()
