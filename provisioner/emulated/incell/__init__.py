"""What runs in the cell of an emulated AWS sandbox: moto behind a gate. Copied there; imports nothing of the host's."""
