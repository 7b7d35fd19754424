"""What many annotators at once get from several workers; `make load-test`.

Processes of `cvat-sam serve` stand for the workers, and a proxy of our own for what shares requests
out among them (`dispatcher`, `policies`). Users (`users`) click as CVAT sends clicks, where an
annotator clicked who saw the masks (`scripts`); their replies must be those that one worker alone
gave before.
"""
