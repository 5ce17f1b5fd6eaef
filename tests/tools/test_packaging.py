"""The installed package is what is declared: locked versions with hashes, every folder, every file."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# folders at the top that are not part of the package
OUTSIDE = {
    "tests",
    "tools",
    "docs",
    "build",
    "dist",
    "out",
}

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
ENTRIES = re.findall(r"^\S.*(?:\n[ \t].*)*", re.sub(r"^#.*\n", "", LOCK, flags=re.M), flags=re.M)


def canonical_name(requirement):
    """Return the bare name of a requirement, as the index spells it."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()


def package_files():
    """Return every file of the checkout that belongs to the package, relative to the root."""
    tops = [top for top in ROOT.iterdir() if top.name not in OUTSIDE]
    for path in (path for top in tops if is_visible(top) for path in (top, *top.rglob("*"))):
        inside = path.relative_to(ROOT)
        if path.is_file() and all(map(is_visible, inside.parents)) and is_visible(inside):
            yield inside


def is_visible(path):
    return not path.name.startswith(".") and path.name != "__pycache__" and path.suffix != ".egg-info"


def package_name(folder):
    return ".".join(("cogov", *folder.parts))


def data_files():
    """Return the files that pyproject declares as data, relative to the root."""
    for name, patterns in PROJECT["tool"]["setuptools"]["package-data"].items():
        folder = ROOT.joinpath(*name.split(".")[1:])
        yield from (
            path.relative_to(ROOT)
            for pattern in patterns
            for path in folder.glob(pattern.replace("**", "**/*"))
        )


def test_lock_holds_every_dependency():
    project = PROJECT["project"]
    extras = [requirement for extra in project["optional-dependencies"].values() for requirement in extra]
    declared = {
        canonical_name(r) for r in project["dependencies"] + extras + PROJECT["build-system"]["requires"]
    } - {"cogov"}  # an extra of extras
    assert declared - {canonical_name(entry) for entry in ENTRIES} == set()


def test_lock_entries_are_exact_and_hashed():
    assert ENTRIES
    assert [
        entry
        for entry in ENTRIES
        if not re.match(r"[a-z0-9-]+==\S+ .*--hash=sha256:[0-9a-f]{64}\b", entry, re.S)
    ] == []


def test_lock_names_no_index_and_no_place_on_a_disk():
    assert re.findall(r".*(?:https?:|index-url|find-links|file:|/).*", LOCK) == []


def test_every_folder_with_python_is_a_package():
    folders = {package_name(path.parent) for path in package_files() if path.suffix == ".py"}
    assert folders == set(PROJECT["tool"]["setuptools"]["packages"])


def test_every_other_file_of_a_package_is_declared_as_data():
    others = {path for path in package_files() if path.suffix != ".py" and len(path.parts) > 1}
    assert others - set(data_files()) == set()


@pytest.mark.slow
def test_wheel_holds_the_package_and_nothing_else(tmp_path):
    """Built from a copy, so that an old `build` folder has no influence."""
    checkout = shutil.copytree(
        ROOT,
        tmp_path / "checkout",
        ignore=shutil.ignore_patterns(".*", "build", "out", "*.egg-info", "__pycache__"),
    )
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "-q",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            tmp_path,
            checkout,
        ],
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    sources = {path for path in package_files() if path.suffix == ".py"} | {
        path for path in data_files() if (ROOT / path).is_file()
    }
    assert held == {f"cogov/{path.as_posix()}" for path in sources}
