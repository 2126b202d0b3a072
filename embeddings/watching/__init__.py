"""Articles that come by themselves: watched folders and feeds."""
