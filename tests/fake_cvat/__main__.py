"""Start the stand-in: `python -m fake_cvat --port 0 --state FILE --images FOLDER`.

Prints its port. Token, personal access token and password come in the environment
(FAKE_CVAT_TOKEN, FAKE_CVAT_BEARER, FAKE_CVAT_PASSWORD), so that no list of processes shows them.
"""

import argparse
import os
from pathlib import Path

from fake_cvat.fake_accounts import Accounts
from fake_cvat.fake_api import Api
from fake_cvat.fake_images import Images
from fake_cvat.fake_stand_in import StandIn
from fake_cvat.fake_store import Store
from fake_cvat.running import serve


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
    serve(StandIn(api), options.port)


if __name__ == "__main__":
    main()
