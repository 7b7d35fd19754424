"""What tests ask of the server beside CVAT's API: tasks, faults, the log, others' edits."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from fake_cvat.fake_backend import OnlyTheStandIn
from fake_cvat.fake_faults import Plan
from fake_cvat.fake_http import Reply, as_json
from fake_cvat.fake_shapes import BadRequest, Broken

if TYPE_CHECKING:
    from fake_cvat.fake_server import FaultyServer


def control(server: "FaultyServer", method: str, target: str, body: bytes) -> Reply:
    """Answer a request to /control/…; never a fault, never logged, no token needed.

    `GET log` · `GET tasks?task=` · `GET shapes?task=` · `GET export?task=` · `GET held?seconds=` ·
    `POST tasks` · `POST annotations` · `POST faults` · `POST settings` · `POST release` ·
    `POST reset`
    """
    parts = urlsplit(target)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    sent = json.loads(body) if body else {}
    name = parts.path.removeprefix("/control/")
    try:
        return as_json(_answer(server, f"{method} {name}", query, sent))
    except OnlyTheStandIn as why:
        return as_json({"only_the_stand_in": str(why)}, 409)
    except BadRequest as bad:
        return as_json({"error": bad.body}, 400)
    except (Broken, ValueError, TypeError, KeyError) as error:
        return as_json({"error": f"{type(error).__name__}: {error}"}, 400)


def _answer(
    server: "FaultyServer", asked: str, query: Mapping[str, str], sent: Mapping[str, Any]
) -> dict[str, Any]:
    match asked:
        case "GET log":
            return {"requests": server.log, "injected": dict(server.plan.injected)}
        case "GET held":
            return {"held": server.wait_until_held(float(query.get("seconds", 30)))}
        case "POST annotations":
            return server.backend.edit(sent)
        case "POST faults":
            server.plan = Plan(sent)
        case "POST settings":
            server.change_settings(sent)
        case "POST release":
            server.release()
        case "POST reset":
            server.reset()
        case _:
            return server.backend.ask(asked, query, sent)
    return {}
