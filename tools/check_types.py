"""Check types with mypy: `python tools/check_types.py`, from any folder.

mypy finds a package by the name of its folder, and the root of the package is the checkout, whatever that is
called. So mypy is run in a temporary folder where a link called cogov leads to the checkout. What is checked
says [tool.mypy] in pyproject.toml; other files may be named instead, and further arguments are mypy's.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent


def check_types(*arguments: str) -> int:
    """Run mypy on the checkout; return its exit status."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "cogov").symlink_to(ROOT, target_is_directory=True)
        return subprocess.call(
            [
                *(sys.executable, "-m", "mypy"),
                *("--config-file", ROOT / "pyproject.toml", "--cache-dir", ROOT / "build" / "mypy"),
                *(Path(word).resolve() if Path(word).exists() else word for word in arguments),
            ],
            cwd=folder,
            env=os.environ | {"MYPYPATH": folder},
        )


if __name__ == "__main__":
    sys.exit(check_types(*sys.argv[1:]))
