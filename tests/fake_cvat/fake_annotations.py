"""Reading, creating, updating and deleting annotations, as generously as the real server does."""

import json
import random
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fake_cvat.fake_shapes import KINDS, LONGEST_SOURCE, BadRequest, Broken, stored_text
from fake_cvat.fake_store import Store

Annotations = dict[str, list[dict[str, Any]]]

MOST = 2**31 - 1  # of a 32-bit column

# The keys of a reply, in its order. The reply to a delete is the request with its defaults.
LOOKS = ("type", "occluded", "outside", "z_order", "rotation", "points")
SHOWN = (*LOOKS, "id", "frame", "label_id", "group", "source", "attributes", "shapes", "elements")
LEFT_OUT = ("elements", "delete")

_ORDER = random.Random(1)


def none() -> Annotations:
    """No annotations, as a reply begins."""
    return {kind: [] for kind in KINDS}


def change(store: Store, jobs: list[dict[str, Any]], sent: Annotations, action: str) -> Annotations:
    """PATCH, or PUT with the action "replace".

    All or nothing, over all the jobs. With several jobs, or one that the task names, only what
    lies in a job's frames reaches it: see `within`.

    Args:
        store: where they are kept.
        jobs: those the request is for.
        sent: for each job what reaches it is chosen by the caller through `within`.
        action: create, update, delete or replace.

    Returns:
        what the reply shows, job by job.
    """
    reply = none()
    with store.transaction() as db:
        for job in jobs:
            mine = job.get("only", sent)
            if action == "replace":
                db.execute("DELETE FROM annotations WHERE job = ?", (job["id"],))
            if action in ("update", "delete"):
                _delete(db, job, mine)
            done = mine if action == "delete" else _create(store, db, job, mine)
            for kind in KINDS:
                reply[kind] += [_shown(item, action) for item in done[kind]]
    return reply


def within(jobs: Iterable[Mapping[str, Any]], sent: Annotations) -> list[dict[str, Any]]:
    """The jobs of a task, each with what lies in its frames: what lies in none is dropped."""
    return [
        {
            **job,
            "only": {
                kind: [item for item in sent[kind] if job["start"] <= item["frame"] <= job["stop"]]
                for kind in KINDS
            },
        }
        for job in jobs
        if job["type"] == "annotation"
    ]


def read(
    store: Store, jobs: Iterable[Mapping[str, Any]], *, order: random.Random | None = None
) -> tuple[bytes, int]:
    """GET: the reply's body, and how many shapes it has.

    Within a frame there is no order; with `order`, there is none at all.
    """
    texts: dict[str, list[str]] = {kind: [] for kind in KINDS}
    with store.transaction() as db:
        for job in jobs:
            for kind in KINDS:
                query = "SELECT frame, body FROM annotations WHERE job = ? AND kind = ?"
                rows = db.execute(query, (job["id"], kind)).fetchall()
                _ORDER.shuffle(rows)
                rows.sort(key=lambda row: row[0])
                texts[kind] += [row[1] for row in rows]
    if order is not None:
        for kind in KINDS:
            order.shuffle(texts[kind])
    lists = [f'"{kind}":[' + ",".join(texts[kind]) + "]" for kind in KINDS]
    return f'{{"version":0,{",".join(lists)}}}'.encode(), len(texts["shapes"])


def remove(store: Store, jobs: Iterable[Mapping[str, Any]]) -> int:
    """DELETE: everything of these jobs; gives how many there were."""
    with store.transaction() as db:
        return sum(
            db.execute("DELETE FROM annotations WHERE job = ?", (job["id"],)).rowcount
            for job in jobs
        )


def _delete(db: sqlite3.Connection, job: Mapping[str, Any], mine: Annotations) -> None:
    for kind in KINDS:
        if any(item.get("id") is None for item in mine[kind]):
            raise Broken
        query = "DELETE FROM annotations WHERE kind = ? AND id = ? AND job = ?"
        db.executemany(query, [(kind, item["id"], job["id"]) for item in mine[kind]])


def _create(
    store: Store, db: sqlite3.Connection, job: Mapping[str, Any], mine: Annotations
) -> Annotations:
    labels = {label["id"]: label for label in store.labels(job["task"])}
    done = none()

    def filled(shape: Mapping[str, Any]) -> list[dict[str, Any]]:
        return _with_defaults(shape["attributes"], labels.get(shape["label_id"]))

    for kind in KINDS:
        for item in mine[kind]:
            _check(item, labels.get(item["label_id"]))
        unnamed = sum(
            thing.get("id") is None for item in mine[kind] for thing in (item, *_elements(item))
        )
        ids = iter(store.next_ids("annotation", unnamed))
        rows = []
        for item in mine[kind]:
            new = _named(item, ids)
            if kind == "shapes":
                new["elements"] = [_named(element, ids) for element in item["elements"]]
            text = stored_text(new, filled) if kind == "shapes" else json.dumps(new)
            rows.append((kind, new["id"], job["task"], job["id"], new["frame"], text))
            done[kind].append(new)
        try:
            db.executemany("INSERT INTO annotations VALUES (?, ?, ?, ?, ?, ?)", rows)
        except sqlite3.IntegrityError:
            taken = 'duplicate key value violates unique constraint "engine_labeledshape_pkey"'
            raise BadRequest(taken) from None
        except OverflowError:
            raise Broken from None
    return done


def _elements(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    return item["elements"] if "type" in item else []  # of a skeleton, not of a track


def _named(item: Mapping[str, Any], ids: Iterator[int]) -> dict[str, Any]:
    return {**item, "id": next(ids) if item.get("id") is None else item["id"]}


def _check(item: Mapping[str, Any], label: Mapping[str, Any] | None) -> None:
    if label is None:
        raise BadRequest([f"label_id `{item['label_id']}` is invalid"])
    known = {spec["id"] for spec in label["attributes"]}
    for attribute in item["attributes"]:
        if attribute["spec_id"] not in known:
            raise BadRequest([f"spec_id `{attribute['spec_id']}` is invalid"])
    if len(item["source"]) > LONGEST_SOURCE or item["frame"] > MOST:
        raise Broken
    if not -MOST - 1 <= item.get("z_order", 0) <= MOST or (item["group"] or 0) > MOST:
        raise Broken


def _with_defaults(
    sent: list[dict[str, Any]], label: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    specs = [] if label is None else label["attributes"]
    named = {attribute["spec_id"] for attribute in sent}
    return sent + [
        {"spec_id": spec["id"], "value": spec["default_value"]}
        for spec in specs
        if spec["id"] not in named
    ]


def _shown(item: Mapping[str, Any], action: str) -> dict[str, Any]:
    return {key: item[key] for key in SHOWN if key in item and (key, action) != LEFT_OUT}
