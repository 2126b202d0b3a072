"""A fake Discord over real sockets, and what the bot does when the wire misbehaves."""
