"""What runs SAM's two networks: PyTorch, or ONNX Runtime and OpenVINO with exported networks."""

from cvat_sam.models.backends import no_telemetry

# Before one of the runtimes is imported by a room of this package.
no_telemetry.switch_off()
