"""Pictures of real replies: the bot's own messages, drawn by us to look as on Discord."""
