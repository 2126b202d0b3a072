"""What answers are taken from, and what the bot says of itself: to be listed and read."""
