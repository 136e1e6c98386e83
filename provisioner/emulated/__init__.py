"""The engine `emulated`: an AWS account of a lab's own, served by moto in a cell."""
