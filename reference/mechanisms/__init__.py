"""Reference models of the mechanisms, one file each."""

from pathlib import Path


def list_twins() -> list[str]:
    """Return the names of the mechanisms that have a reference model."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__")
