"""The networks as PyTorch modules: MobileSAM's and SAM's own."""
