"""Start the server: `python -m fake_cvat --port 0 --state FILE --images FOLDER`.

Prints its port. Token, personal access token and password come in the environment
(FAKE_CVAT_TOKEN, FAKE_CVAT_BEARER, FAKE_CVAT_PASSWORD), so that no list of processes shows them.
It ends when its standard input does, and so never outlives the test that started it.
"""

import argparse
import os
import sys
import threading
from pathlib import Path

from fake_cvat.fake_accounts import Accounts
from fake_cvat.fake_api import Api
from fake_cvat.fake_images import Images
from fake_cvat.fake_server import FakeServer
from fake_cvat.fake_store import Store


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="fake_cvat")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state", type=Path, help="SQLite file; without it all is in memory")
    parser.add_argument("--images", type=Path, help="folder with the frames' files")
    options = parser.parse_args()
    accounts = Accounts(
        token=os.environ.get("FAKE_CVAT_TOKEN", "token"),
        bearer=os.environ.get("FAKE_CVAT_BEARER", "bearer"),
        password=os.environ.get("FAKE_CVAT_PASSWORD", "password"),
    )
    api = Api(Store(options.state), Images(options.images), accounts)
    server = FakeServer(("127.0.0.1", options.port), api)
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.05)


def _end_with_stdin() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
