"""Where collections are kept: a local folder, or a database that several processes share."""
