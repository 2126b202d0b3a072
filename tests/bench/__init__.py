"""What Verbatim costs: time, memory and disk against the size of the corpus."""

import gc

gc.set_threshold(20_000, 20, 20)  # as the program does
