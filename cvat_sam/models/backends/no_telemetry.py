"""Keeps the runtimes from telling their makers that they are used.

Newer wheels of ONNX Runtime and of OpenVINO note an identity of the machine in the user's home when
they are imported, and send it, with what they were used for, over the network. A function that
looks at somebody's images speaks to nobody but CVAT.
"""

import os
import sys
from typing import Any, cast

# ONNX Runtime's own switch; its function of that name can only be called too late.
ONNX_RUNTIME = "ORT_DISABLE_TELEMETRY"
# A package that OpenVINO imports if it is there, and goes without if it is not.
OPENVINO = "openvino_telemetry"


def switch_off() -> None:
    """Switch it off for runtimes that are imported from now on; what the user has set stays."""
    os.environ.setdefault(ONNX_RUNTIME, "1")
    # None is what makes an import fail.
    cast(dict[str, Any], sys.modules).setdefault(OPENVINO, None)
