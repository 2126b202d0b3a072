"""What a card on Discord is made of: texts, buttons and lists, within Discord's limits."""
