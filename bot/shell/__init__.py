"""The command line's parts: shared options, commands, JSON documents and screens for people."""
