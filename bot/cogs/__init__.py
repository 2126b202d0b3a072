"""The parts of the bot on Discord: thin, with their logic in the pure files beside."""
