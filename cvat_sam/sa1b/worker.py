"""A process that reads its share of SA-1B for `workers`: `python -m cvat_sam.sa1b.worker`.

What to read comes as a pickle on standard input, what was read goes as pickles to standard output:
`READY`, then the events of each piece and `NEXT` behind them, then `DONE`.
"""

import os
import pickle
import signal
import sys
import traceback

from cvat_sam.sa1b.own_process import DONE, Failed, own_output, send
from cvat_sam.sa1b.records import events

READY, NEXT = "ready", "next"


def main() -> None:
    """Work until all is read, or nobody listens any more."""
    # An interrupt is for the process that started this one; it ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with own_output() as output:
        try:
            send(READY, output)
            pieces, options = pickle.load(sys.stdin.buffer)  # noqa: S301  it is our own
            for found in events(pieces, options):
                for event in found:
                    send(event, output)
                send(NEXT, output)
            send(DONE, output)
        except BrokenPipeError:
            os._exit(1)  # the other end is gone, and closing the file would try once more
        except Exception:
            send(Failed(traceback.format_exc()), output)


if __name__ == "__main__":
    main()
