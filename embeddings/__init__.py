"""The retrieval product: from a folder of articles to quotes that answer, without Discord."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # onnxruntime reports from 1.29 on, unless told before
