"""What newsrooms export: lists of pages, and files that hold several stories."""
