"""Start the proxy: `python -m real_cvat --port 0 --images FOLDER`.

Prints its port. The server and the token come in the environment (CVAT_TEST_URL,
CVAT_TEST_TOKEN), so that no list of processes shows them. The tasks it has made are deleted when
its standard input ends, whatever has become of the tests that started it.
"""

import argparse
import os
import sys
from pathlib import Path

from fake_cvat.fake_images import Images
from fake_cvat.running import serve
from real_cvat.own_tasks import OwnTasks
from real_cvat.proxy import Proxy
from real_cvat.real_server import RealServer


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="real_cvat")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--images", type=Path, help="folder with the frames' files")
    options = parser.parse_args()
    server = RealServer(os.environ["CVAT_TEST_URL"], os.environ["CVAT_TEST_TOKEN"])
    tasks = OwnTasks(server, Images(options.images))

    def delete_tasks() -> None:
        try:
            tasks.delete_all()
        except ValueError as error:
            sys.stderr.write(f"{error}\n")

    serve(Proxy(server, tasks), options.port, at_end=delete_tasks)


if __name__ == "__main__":
    main()
