"""Workers that find everything, from the other end."""

from typing import Any

from benchmarks.processes import Process
from benchmarks.results import STOCK

MODULE = "benchmarks.everything.worker"
OFFICIAL_BATCH = 64
# The official generator's memory is most of its time on a CPU: there a small batch is the fastest
# that was found. A GPU wants more at once.
TUNED_BATCH = {"cpu": 4, "cuda": 256}
# Longer than any machine takes: what a deadline cuts off could not be compared.
NO_DEADLINE = "86400"


class Worker(Process):
    """A process that finds things one way; see `Process`."""

    def answer(self, text: str) -> dict[str, Any]:
        """Have a request's text answered: `seconds`, the reply's `text`, its `timing`."""
        return self.ask("answer", text=text)

    def device_peak(self) -> int | None:
        """The most bytes of a GPU's memory that it has taken; None where it took none."""
        peak: int | None = self.ask("device_peak")["bytes"]
        return peak


def tuned(device: str) -> str:
    """The name of the official generator with batches of the size that suits the device."""
    return f"stock, batches of {TUNED_BATCH[device]}"


def generator(way: str, device: str, points_per_side: int) -> Worker:
    """The official generator: `STOCK`, or the one with other batches."""
    points_per_batch = OFFICIAL_BATCH if way == STOCK else TUNED_BATCH[device]
    return Worker(MODULE, ["generator", device, str(points_per_side), str(points_per_batch)])


def predictor(device: str) -> Worker:
    """The official predictor."""
    return Worker(MODULE, ["predictor", device])


def detector(backend: str, device: str, points_per_side: int) -> Worker:
    """Ours, finding everything."""
    return ours(
        backend,
        device,
        SAM_FUNCTION="detector",
        SAM_POINTS_PER_SIDE=str(points_per_side),
        SAM_DEADLINE=NO_DEADLINE,
    )


def ours(backend: str, device: str, **settings: str) -> Worker:
    """Ours, an interactor unless settings say something else."""
    return Worker(MODULE, ["ours"], {"SAM_DEVICE": device, "SAM_BACKEND": backend, **settings})
