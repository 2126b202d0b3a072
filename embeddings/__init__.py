"""The retrieval engine: it answers questions with quotes from a corpus; it knows no Discord."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # set before the import: onnxruntime 1.29 sends reports
