"""What runs SAM's two networks: PyTorch, or ONNX Runtime and OpenVINO with exported networks."""
