"""The version, apart from the package's door: what stands behind the door asks for it too."""

__version__ = "0.1.0"
