"""Hostile inputs, a million of them, for everything in `rle` that reads what comes from outside.

`python -m fuzz` (see `make fuzz`) goes through these rooms:

    samples     small masks in every form
    garbage     values of every type, and numbers at which code breaks
    mutations   damages what was right
    naive       the plainest readers there can be: another opinion on what an input means
    trial       one input: what was called with it, and whether the answer may be
    targets/    what is tried: one room for each format
    crew        the processes that do it, and the watch over them

Every input has a number and comes from that number and the seed alone, so that it can be had again.
An input may be answered with a result of the declared size or refused with an `RleError`. All else
is a finding: another exception, a result of another shape, two readers that do not agree, more
memory than the declared size allows, a process that hangs or dies.
"""
