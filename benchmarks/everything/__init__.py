"""What it costs to find everything in a photograph, against segment-anything's own generator.

    make bench-everything                   # or: python -m benchmarks.everything --help

And what 100 boxes on one image cost, against a request for each and segment-anything's predictor.
Each way runs in a process of its own, new for each photograph, so that its peak of memory is that
photograph's. They take turns with the same photographs, and their masks are compared.
"""
