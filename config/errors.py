"""What is wrong with a setting: its name, and what is expected."""


class ConfigError(Exception):
    """A setting that cannot be used; ``str(error)`` names it and says what is expected."""
