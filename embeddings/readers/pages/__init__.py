"""Web pages: their blocks of text, which of them are the story, and what is known of it."""
