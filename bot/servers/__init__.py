"""The servers that the bot is on: what holds on each, and what is left when it goes."""
