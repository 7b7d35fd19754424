"""Users who open images and click, each on a thread and a connection of his own."""

import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import requests

from benchmarks.load.outcome import ORIGINS, Click, Outcome
from benchmarks.load.plan import Plan
from benchmarks.load.scripts import JSON, TIMEOUT, Script, Step
from benchmarks.photos import unseen
from benchmarks.progress import Say
from benchmarks.results import parts_of

# Every third image that a user opens, until he has seen all that are shared.
ONE_SHARED_OF = 3
LOOK_SECONDS = 0.2


class Users:
    """Users at one function, until all of the planned visits are made.

    Args:
        url: the function's.
        scripts: what can be clicked at.
        plan: how much.
        outcome: gets the clicks; its `users` says how many there are.
    """

    def __init__(self, url: str, scripts: Sequence[Script], plan: Plan, outcome: Outcome) -> None:
        self._url = url
        self._scripts = scripts
        self._plan = plan
        self._outcome = outcome
        self._lock = threading.Lock()
        self._visits_left = plan.visits
        self._stopped = threading.Event()
        self._failures: list[BaseException] = []
        self._began = 0.0

    def run(self, say: Say) -> None:
        """Let them click, and wait for the last answer.

        Args:
            say: is told how far they are.
        """
        threads = [
            threading.Thread(target=self._run_one, args=(user,), daemon=True)
            for user in range(1, self._outcome.users + 1)
        ]
        self._began = time.perf_counter()
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                # A wait without an end could not be broken off on every system.
                while thread.is_alive():
                    thread.join(LOOK_SECONDS)
                    say(self._in_words())
        finally:
            self._stopped.set()
        if self._failures:
            raise self._failures[0]
        self._outcome.seconds = max(
            click.began + click.milliseconds / 1000 for click in self._outcome.clicks
        )

    def _in_words(self) -> str:
        outcome = self._outcome
        folder = "with a folder" if outcome.folder else "without a folder"
        opened = self._plan.visits - self._visits_left
        return (
            f"{outcome.users} at once, {folder}: {opened} of {self._plan.visits} images, "
            f"{len(outcome.clicks)} clicks"
        )

    def _run_one(self, user: int) -> None:
        try:
            self._visit(user)
        # Raised here it would end the thread alone, and the rest would look like a lighter load.
        except BaseException as error:
            self._failures.append(error)

    def _visit(self, user: int) -> None:
        random = np.random.default_rng(user)
        images = to_open(self._scripts, self._plan.shared, random)
        with requests.Session() as session:
            session.trust_env = False  # a proxy that is meant for other hosts
            while self._has_visit_left():
                script, image = next(images)
                clicks = int(random.integers(1, len(script.steps), endpoint=True))
                for number, step in enumerate(script.steps[:clicks], start=1):
                    # Twice the average at most, so that users do not click all at once.
                    if self._stopped.wait(random.uniform(0, 2 * self._plan.think)):
                        return
                    answered = self._click(session, step, image)
                    click = Click(user=user, picture=script.name, number=number, **answered)
                    with self._lock:
                        self._outcome.clicks.append(click)

    def _has_visit_left(self) -> bool:
        with self._lock:
            if self._stopped.is_set() or not self._visits_left:
                return False
            self._visits_left -= 1
            return True

    def _click(self, session: requests.Session, step: Step, image: bytes) -> dict[str, Any]:
        body = step.request(image)
        began = time.perf_counter()
        try:
            reply = session.post(self._url, body, headers=JSON, timeout=TIMEOUT)
        except requests.RequestException as error:
            reply, lost = None, f"no reply: {type(error).__name__}"
        seconds = time.perf_counter() - began
        click = {"began": began - self._began, "milliseconds": seconds * 1000}
        if reply is None:
            return {**click, "lost": lost}
        text = reply.content.decode(errors="replace")
        if reply.status_code != 200:
            return {**click, "lost": f"{reply.status_code} {text[:200]}".strip()}
        timing = reply.headers.get("Server-Timing", "")
        return {
            **click,
            "wrong": step.expected.difference(text),
            "embedding": embedding_of(timing),
            "parts": parts_of(timing),
        }


def to_open(
    scripts: Sequence[Script], shared: int, random: np.random.Generator
) -> Iterator[tuple[Script, bytes]]:
    """Images in a user's own order, without an end, each with what is clicked at it.

    The first `shared` pictures are the same files for all users, and a user comes to each of them
    once. All others are files that nobody else has, whatever picture they show.

    Args:
        scripts: of all pictures.
        shared: how many of these are shared.
        random: the user's own.
    """
    common = list(random.permutation(shared))
    for number in itertools.count():
        if common and number % ONE_SHARED_OF == 0:
            script = scripts[common.pop()]
            yield script, script.image
        else:
            script = scripts[int(random.integers(len(scripts)))]
            yield script, unseen(script.image)


def embedding_of(server_timing: str) -> str:
    """Where a reply's embedding came from, by its `Server-Timing`; empty if that does not say.

    >>> embedding_of("mask;dur=7.5, total;dur=9.0, embedding;desc=folder")
    'folder'
    """
    _, _, origin = server_timing.partition("embedding;desc=")
    return next((known for known in ORIGINS if origin.startswith(known)), "")
