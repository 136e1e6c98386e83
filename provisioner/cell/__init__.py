"""The isolation unit a lab's programs run in."""
