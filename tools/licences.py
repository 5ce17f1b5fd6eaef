"""Read what installed packages say about their licences, and those of the libraries that their wheels carry.

The tests refuse strong copyleft (`tests/tools/test_supply_chain.py`). The bill of materials is written by
cyclonedx-bom (`make sbom`).
"""

from __future__ import annotations

import re
from email import message_from_string
from email.message import Message
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from audit import Package

COPYLEFT = re.compile(r"(?<![A-Za-z])A?GPL|(?<!Lesser )(?<!Library )(?:Affero )?General Public License")
LESSER = re.compile(r"LGPL|(?:Lesser|Library) General Public License")


def find_installed(package: Package) -> Distribution | None:
    """Return the installed distribution of a package; None where this version is not installed."""
    try:
        installed_distribution = distribution(package.name)
    except PackageNotFoundError:
        return None
    return installed_distribution if installed_distribution.version == package.version else None


def installed(package: Package) -> list[Message]:
    """Return the metadata of a package: its own, and those of the packages vendored in it.

    Empty where this version is not installed.
    """
    if not (package_distribution := find_installed(package)):
        return []
    within = [
        path.locate().read_text("utf-8")
        for path in package_distribution.files or []
        if path.parts[-3:-2] == ("_vendor",) and path.name == "METADATA"
    ]
    return [message_from_string(text) for text in (package_distribution.read_text("METADATA"), *within)]


def carried(package: Package) -> list[str]:
    """Return the licences of libraries that a wheel carries, from its licence files.

    Those of NumPy, SciPy and others have a line for each.
    """
    files = find_installed(package).files or []
    texts = (
        path.locate().read_text("utf-8", "replace")
        for path in files
        if ".dist-info" in str(path) and re.search("licen[cs]e|copying|notice", path.name, re.I)
    )
    return [line for text in texts for line in re.findall(r"^\s*License: (.+)$", text, re.M)]


def titles(package: Package) -> list[str]:
    """Return the first line of each licence file of a package: "MIT License"."""
    texts = [
        path.locate().read_text("utf-8")
        for path in find_installed(package).files or []
        if re.search(r"dist-info/(?:licenses/)?LICEN[CS]E", str(path))
    ]
    return [text.strip().partition("\n")[0] for text in texts]


def statements(metadata: Message) -> list[str]:
    """Return everything that a package's own metadata state about its licence."""
    fields = [
        metadata["License-Expression"],
        metadata["License"],
        *(c.partition(" :: ")[2] for c in metadata.get_all("Classifier", []) if c.startswith("License ::")),
    ]
    return [field for field in fields if field and field != "UNKNOWN"]
