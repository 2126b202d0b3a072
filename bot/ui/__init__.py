"""The building blocks of cards on Discord: escaped text, custom ids, buttons, lists and forms."""
