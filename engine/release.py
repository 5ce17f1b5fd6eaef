"""Which version of cogov this is, and of what it stands on."""

import platform
import tomllib
from importlib import metadata
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "pyproject.toml"  # of a checkout; an installed package has none


def project(source=SOURCE):
    """(version, description) as pyproject.toml has them, else as the package was installed."""
    try:
        table = tomllib.loads(source.read_text("utf-8"))["project"]
        if table["name"] == "cogov":
            return table["version"], table["description"]
    except (OSError, ValueError, KeyError):  # none there, or another project's
        pass
    installed = metadata.metadata("cogov")
    return installed["Version"], installed["Summary"]


def versions(*packages):
    """Versions of cogov, these packages and Python, name -> version."""
    return {
        "cogov": project()[0],
        **{name: metadata.version(name) for name in packages},
        "python": platform.python_version(),
    }
