"""Hands unanswered questions to the newsroom, notifies askers later, and watches feeds."""
