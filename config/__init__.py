"""Settings, logging and their errors; knows nothing of the rest."""
