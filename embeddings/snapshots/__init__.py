"""Builds, publishes and verifies snapshots, and keeps the last ones for rollback."""
