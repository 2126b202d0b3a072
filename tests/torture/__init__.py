"""Ten hard minutes: bots, askers, reindexers and a database, one of them dying all the time."""
