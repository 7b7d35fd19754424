"""What a request costs, in seconds, fitted to the measured server.

Chunks of 10, 100, 500 and 1,000 masks of 63 runs were stored at 234, 1,385, 2,243 and 2,972 per
second, masks of 2,196 runs at 580; every job of a task adds to a PATCH of the task, whether it
gets a mask or not.
"""

REQUEST = 0.039
SHAPE = 0.00028
RUN = 0.00000065
FURTHER_JOB = 0.011

READ_SHAPE = 0.00005
READ_RUN = 0.00000027
READ_FURTHER_JOB = 0.009

DELETED_SHAPE = 0.00017


def of_change(shapes: int, runs: int, jobs: int) -> float:
    """PATCH and PUT.

    >>> [round(count / of_change(count, 63 * count, 1)) for count in (10, 100, 500, 1000)]
    [237, 1407, 2507, 2778]
    """
    return REQUEST + SHAPE * shapes + RUN * runs + FURTHER_JOB * (jobs - 1)


def of_read(shapes: int, runs: int, jobs: int) -> float:
    """GET."""
    return READ_SHAPE * shapes + READ_RUN * runs + READ_FURTHER_JOB * (jobs - 1)


def of_delete(shapes: int) -> float:
    """DELETE."""
    return REQUEST + DELETED_SHAPE * shapes
