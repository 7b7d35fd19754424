"""What a click costs here, against the stock way: time, memory, start, and how good the masks are.

    make bench-clicks                       # or: python -m benchmarks.clicks --help

Every way of answering runs in a process of its own, so that nothing which one of them tells malloc
or its threads helps or harms another. They take turns, and a figure is the median of its turns.
"""
