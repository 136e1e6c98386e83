"""Container images and node root made without Docker."""
