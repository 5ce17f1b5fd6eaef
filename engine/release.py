"""Read the version of cogov and of the packages it depends on."""

import platform
import tomllib
from importlib import metadata
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "pyproject.toml"  # in a checkout; an installed package has none


def project(source: Path = SOURCE) -> tuple[str, str]:
    """Return (version, description) from pyproject.toml if there is one, else of the installed package."""
    try:
        table = tomllib.loads(source.read_text("utf-8"))["project"]
        if table["name"] == "cogov":
            return table["version"], table["description"]
    except (OSError, ValueError, KeyError):  # there is none, or it is of another project
        pass
    installed = metadata.metadata("cogov")
    return installed["Version"], installed["Summary"]


def versions(*packages: str) -> dict[str, str]:
    """Return the versions of cogov, of `packages` and of Python: name -> version."""
    return {
        "cogov": project()[0],
        **{name: metadata.version(name) for name in packages},
        "python": platform.python_version(),
    }
