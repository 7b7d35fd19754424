"""The codec against everything people use in its place, in one run, interleaved.

`python -m benchmarks.rle` (see `make bench-rle`) goes through these rooms:

    masks       what is measured on: the masks M1 to M5, batches, labels, polygons
    plain       the plainest codec there can be: what every answer is held against
    answers     brings answers into one form and compares them
    tasks       what is measured: an operation, its inputs, the right answers
    rivals/     one room for each contender; `rivals.ours` is this package
    field       which contenders are here, and which of their functions does what
    timing      the clock: all contenders of a task in turn, many times
    cost        import time and peak memory
    goals       what was aimed at, and what came out
    table       the results as text
    chart       the results as a picture
    install     puts the rivals into an environment, each by itself
"""

import os

# One thread for every contender; read by each library when it is imported, so this comes first.
for _variable in (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "RAYON_NUM_THREADS",
):
    os.environ[_variable] = "1"
