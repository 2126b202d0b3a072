"""What cards on Discord are made of: plain text, short references, buttons and lists."""
