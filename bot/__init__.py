"""The program: the bot on Discord, and the same engine from a shell and a terminal."""
