"""One test for many cases: it runs them all and lists those that fail."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

Test = Callable[..., None]


def each(names: str | Sequence[str], cases: Iterable[Any], **_: object) -> Callable[[Test], Test]:
    """Make a test of a function that holds for each of some cases.

    Args:
        names: The function's arguments that a case gives.
        cases: A value for each of these, or the value where it is one.
    """
    told = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    known = list(cases)

    def make(function: Test) -> Test:
        @functools.wraps(function)
        def test(**fixtures: Any) -> None:
            failures = []
            for case in known:
                values = dict(zip(told, case, strict=True)) if len(told) > 1 else {told[0]: case}
                try:
                    function(**fixtures, **values)
                except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - all are told
                    failures.append(f"{_shown(values)}: {type(error).__name__}: {error}")
            assert not failures, "\n\n".join(failures)

        left = inspect.signature(function).parameters.values()
        kept = [parameter for parameter in left if parameter.name not in told]
        test.__signature__ = inspect.Signature(kept)
        return test

    return make


def _shown(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}={str(value)[:80]!r}" for name, value in values.items())
