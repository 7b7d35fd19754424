"""Sessions of ONNX Runtime, made the same way for both networks."""

from collections.abc import Sequence
from pathlib import Path

import onnxruntime

from cvat_sam.models.backends.threads import available

VERSION = onnxruntime.__version__


def session(
    path: Path, *, threads: int | None = None, without: Sequence[str] = ()
) -> onnxruntime.InferenceSession:
    """Load a network for the CPU.

    Args:
        path: of the ONNX file.
        threads: on which it is run; by default on all there are for this process.
        without: names of the runtime's optimisations that are to be left out.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or available()
    # Threads that spin while they wait take the cores from whatever runs between two networks.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3  # errors; a container without a GPU is none
    return onnxruntime.InferenceSession(
        path, options, providers=["CPUExecutionProvider"], disabled_optimizers=list(without)
    )


def giving_back() -> onnxruntime.RunOptions:
    """Options for a run after which the session lets go of the memory that it keeps for the next.

    That costs the next run some milliseconds.
    """
    options = onnxruntime.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options
