"""What admins do from the chat: adding, editing and removing articles, and reading reports."""
