"""The servers that the bot is on: their rules, and the deletion of data after the bot left."""
