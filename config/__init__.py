"""Settings and logging; imports nothing of the other packages."""

import importlib.metadata


class ConfigError(Exception):
    """A setting is not valid; ``str(error)`` names it and says what is expected."""


def find_version(distribution: str = "verbatim") -> str | None:
    """Return the version of an installed distribution; None if it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
