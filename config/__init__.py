"""Settings, logging and what is wrong with a setting; knows nothing of the rest."""


class ConfigError(Exception):
    """A setting that cannot be used; ``str(error)`` names it and says what is expected."""
