"""The insides of the command line: its options, its JSON, and what a person reads there."""
