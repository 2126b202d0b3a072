"""Text as it is stored: paragraphs, sentences, words; pure."""
