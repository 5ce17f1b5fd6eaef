"""Write a software bill of materials, CycloneDX 1.6, to build/sbom.cdx.json (`make sbom`).

Every package of the lock, its hashes, its licence and the packages that require it.
"""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, datetime
from email import message_from_string
from email.message import Message
from hashlib import sha256
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from os import environ
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from audit import Package, packages

from cogov.engine.output import safe_streams

ROOT = Path(__file__).parent.parent
OUT = ROOT / "build" / "sbom.cdx.json"
FONTS = ROOT / "viz" / "page" / "static" / "fonts"
COPYLEFT = re.compile(r"(?<![A-Za-z])A?GPL|(?<!Lesser )(?<!Library )(?:Affero )?General Public License")
LESSER = re.compile(r"LGPL|(?:Lesser|Library) General Public License")
LONG = 100  # characters; a longer field is the text of the licence, not its name


def there(package: Package) -> Distribution | None:
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
    if not (package_distribution := there(package)):
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
    files = there(package).files or []
    texts = (
        path.locate().read_text("utf-8", "replace")
        for path in files
        if ".dist-info" in str(path) and re.search("licen[cs]e|copying|notice", path.name, re.I)
    )
    return [line for text in texts for line in re.findall(r"^\s*License: (.+)$", text, re.M)]


def statements(metadata: Message) -> list[str]:
    """Return everything that a package's own metadata state about its licence."""
    fields = [
        metadata["License-Expression"],
        metadata["License"],
        *(c.partition(" :: ")[2] for c in metadata.get_all("Classifier", []) if c.startswith("License ::")),
    ]
    return [field for field in fields if field and field != "UNKNOWN"]


def licences(metadata: Message) -> list[dict]:
    """Return the licence for CycloneDX: an expression, or names; a full text is named by its first line."""
    if expression := metadata["License-Expression"]:
        return [{"expression": expression}]
    short = [name for name in statements(metadata) if len(name) < LONG] or [
        name.strip().partition("\n")[0] for name in statements(metadata)
    ]
    return [{"license": {"name": name}} for name in dict.fromkeys(short)]


def component(package: Package) -> dict:
    """Return a package as a CycloneDX component."""
    about = {
        "type": "library",
        "bom-ref": purl(package),
        "name": package.name,
        "version": package.version,
        "purl": purl(package),
        # one for each file that may be installed: the source, and a wheel for each system
        "hashes": hashes(package.hashes),
    }
    if metadata := installed(package)[:1]:
        about["licenses"] = licences(*metadata)
    if package.marker:
        about["properties"] = [{"name": "cogov:only-where", "value": package.marker}]
    return about


def purl(package: Package) -> str:
    """Return the package URL."""
    return f"pkg:pypi/{package.name}@{package.version}"


def hashes(digests) -> list[dict]:
    """Return digests as CycloneDX hashes."""
    return [{"alg": "SHA-256", "content": digest} for digest in digests]


def itself() -> dict:
    """Return cogov as a component, with the fonts that it ships."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {
        "type": "application",
        "bom-ref": f"pkg:pypi/cogov@{project['version']}",
        "name": "cogov",
        "version": project["version"],
        "description": project["description"],
        "purl": f"pkg:pypi/cogov@{project['version']}",
        "licenses": [{"expression": project["license"]}],
        "components": [
            {
                "type": "file",
                "bom-ref": path.name,
                "name": path.name,
                "licenses": [{"expression": "OFL-1.1"}],
                "hashes": hashes([sha256(path.read_bytes()).hexdigest()]),
            }
            for path in sorted(FONTS.glob("Cogov*"))
        ],
    }


def sbom(lock: str) -> dict:
    """Return the whole document for the text of a lock.

    The same lock gives the same document, except for the time (SOURCE_DATE_EPOCH, where that is set).
    """
    held, cogov = packages(lock), itself()
    when = (
        datetime.fromtimestamp(int(environ["SOURCE_DATE_EPOCH"]), UTC)
        if "SOURCE_DATE_EPOCH" in environ
        else datetime.now(UTC)
    )
    serial = uuid5(NAMESPACE_URL, sha256(lock.encode()).hexdigest() + cogov["version"])
    wants = {cogov["bom-ref"]: [purl(p) for p in held if "cogov" in p.asked_by]}
    wants |= {purl(p): [purl(other) for other in held if p.name in other.asked_by] for p in held}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": f"{when:%Y-%m-%dT%H:%M:%SZ}",
            "authors": [{"name": "The cogov authors"}],
            "component": cogov,
        },
        "components": [component(package) for package in held],
        "dependencies": [{"ref": ref, "dependsOn": needed} for ref, needed in wants.items()],
    }


if __name__ == "__main__":
    with safe_streams():
        whole = sbom((ROOT / "requirements.lock").read_text("utf-8"))
        OUT.parent.mkdir(exist_ok=True)
        OUT.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", "utf-8")
        unknown = [c["name"] for c in whole["components"] if not c.get("licenses")]
        print(
            f"{OUT.relative_to(ROOT)}: {len(whole['components'])} packages, "
            f"{sum(len(c['hashes']) for c in whole['components'])} hashes"
        )
        print(
            f"licence not known, for they are not installed on this machine: {', '.join(unknown) or 'none'}"
        )
