"""Readers of the formats that articles come in, one module per format."""
