"""How the bot is kept running: watched, measured, registered with Discord, ended in good time."""
