"""What is measured, in the order in which it is measured; the ways take turns in all of it."""

from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks.clicks import photos, rows
from benchmarks.clicks.annotator import annotate
from benchmarks.clicks.composed import pictures
from benchmarks.clicks.likeness import iou, mask_of
from benchmarks.clicks.plan import Plan
from benchmarks.clicks.processes import Worker
from benchmarks.photos import jpeg, photo
from benchmarks.progress import Say
from benchmarks.results import STOCK, Results
from benchmarks.starting import that_start

Workers = dict[str, Worker]
# In shares of width and height: of each photograph's clicks that are compared.
COMPARED = ((0.25, 0.25), (0.75, 0.75), (0.5, 0.5), (0.75, 0.25), (0.25, 0.75))


def measure(backends: list[str], plan: Plan, results: Results, say: Say) -> None:
    """Measure the stock way and ours with each of `backends`.

    Raises:
        WorkerFailed: the stock way, or ours with the back end that `auto` takes, does not run.
    """
    _stock_starts(results, say)
    ways = [STOCK, *that_start(backends, _worker, results, say)]
    _starts(ways, plan, results, say)
    with ExitStack() as stack:
        workers = {way: stack.enter_context(_worker(way)) for way in ways}
        for way, worker in workers.items():
            results.add(rows.START, way, worker.seconds)
        for size in rows.SIZES:
            _sessions(workers, size, plan, results, say)
        for way, worker in workers.items():
            if (peak := worker.peak()) is not None:
                results.add(rows.PEAK, way, peak / 1e9)
        _replies(workers, plan, results, say)
        _quality(workers, plan, results, say)
        _likeness(workers, plan, results, say)


def _worker(way: str, **settings: str) -> Worker:
    if way == STOCK:
        return Worker(STOCK)
    return Worker("ours", {"SAM_DEVICE": "cpu", "SAM_BACKEND": way, **settings})


def _turn(workers: Workers, number: int) -> Iterator[tuple[str, Worker]]:
    """All of them, every other turn in the opposite order."""
    order = list(workers.items())
    return iter(order if number % 2 else reversed(order))


def _stock_starts(results: Results, say: Say) -> None:
    say(f"first start: {STOCK}")
    with _worker(STOCK) as worker:
        threads = results.facts["torch_threads"] = worker.facts["threads"]
    backend = f"segment-anything's predictor, torch, {threads} threads"
    results.facts["backends"] = {STOCK: backend}


def _starts(ways: list[str], plan: Plan, results: Results, say: Say) -> None:
    for number in range(plan.starts):
        for way in ways if number % 2 else reversed(ways):
            say(f"start {number + 1} of {plan.starts}: {way}")
            with _worker(way) as worker:
                results.add(rows.START, way, worker.seconds)


def _sessions(workers: Workers, size: str, plan: Plan, results: Results, say: Say) -> None:
    width, height = plan.size(size)
    for number in range(-plan.warm_ups, plan.sessions):
        texts = list(photos.session(width, height, plan.clicks))
        for way, worker in _turn(workers, number):
            say(f"{size}, session {number + 1} of {plan.sessions}: {way}")
            for index, text in enumerate(texts):
                answered = worker.answer(text)
                if number < 0:
                    continue
                row = [rows.first, rows.second, rows.later][min(index, 2)](size)
                results.add(row, way, answered["seconds"] * 1000)
                if index < 2:
                    results.add_parts(row, way, answered["timing"])


def _replies(workers: Workers, plan: Plan, results: Results, say: Say) -> None:
    width, height = plan.size(rows.LARGEST)
    for number in range(-plan.warm_ups, plan.replies):
        for way, worker in _turn(workers, number):
            say(f"reply {number + 1} of {plan.replies}: {way}")
            # Ours has but one form, which is compared with each of theirs.
            forms = rows.REPLY_FORMS if way == STOCK else {"": ""}
            for form in forms:
                answered = worker.reply(width, height, form)
                if number < 0:
                    continue
                for row in [forms[form]] if way == STOCK else rows.REPLY_FORMS.values():
                    results.add(row, way, answered["seconds"] * 1000)
                if form in ("", "floats"):
                    results.add(rows.REPLY_SIZE, way, answered["bytes"] / 1e6)


def _likeness(workers: Workers, plan: Plan, results: Results, say: Say) -> None:
    """With `SAM_MASK_CHOICE=sam` ours takes the same of the model's masks."""
    with ExitStack() as stack:
        alike = {
            way: stack.enter_context(_worker(way, SAM_MASK_CHOICE="sam"))
            for way in workers
            if way != STOCK
        }
        for name, text, height, width in _compared(plan):
            say(f"masks compared: {name}")
            reply = workers[STOCK].answer(text, wanted=True)["text"]
            official = mask_of(reply, height, width)
            for way, worker in alike.items():
                ours = mask_of(worker.answer(text, wanted=True)["text"], height, width)
                results.add(rows.LIKENESS, way, iou(ours, official))


def _compared(plan: Plan) -> Iterator[tuple[str, str, int, int]]:
    """What is compared: names, requests' texts, heights and widths."""
    for name in photos.NAMES[: plan.photos]:
        pixels = photo(name)
        height, width = pixels.shape[:2]
        for x, y in COMPARED[: plan.compared]:
            text = photos.request(jpeg(pixels), [(x * width, y * height)])
            yield name, text, height, width
    for size in rows.SIZES:
        width, height = plan.size(size)
        yield size, next(photos.session(width, height)), height, width


def _quality(workers: Workers, plan: Plan, results: Results, say: Say) -> None:
    for number, picture in enumerate(pictures(plan.pictures)):
        for way, worker in workers.items():
            say(f"composed picture {number + 1} of {plan.pictures}: {way}")
            after = annotate(worker, picture.pixels, picture.mask, max(rows.QUALITY))
            for clicks, share in enumerate(after, start=1):
                if clicks in rows.QUALITY:
                    results.add(rows.QUALITY[clicks], way, share)
