"""Questions without an answer, handed on: to the newsroom, or kept until a story answers."""
