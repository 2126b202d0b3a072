"""Find the sources of what somebody wrote."""
