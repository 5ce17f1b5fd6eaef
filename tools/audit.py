"""Is a package of the lock known to be unsafe? `make audit` asks pip-audit, and believes no answer of one that sees nothing.

Exit status: 0 nothing is known of any; 1 something is, or the auditor cannot be believed; 3 not audited, no source of advisories answers.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from packaging.markers import Marker

LOCK = Path(__file__).parent.parent / "requirements.lock"
SOURCES = ("pypi", "osv")  # of advisories; the first that answers
PATIENCE = 1800  # seconds for one question about the whole lock
HEAD = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[^\s;]+)(?: ; (?P<marker>.+?))? \\")


class Package(NamedTuple):
    """One entry of the lock."""

    name: str
    version: str
    marker: str  # where it is wanted; "" is everywhere
    hashes: tuple
    asked_by: tuple  # names of packages, and of cogov itself

    def __str__(self):
        return f"{self.name} {self.version}"


CANARY = Package(
    "django", "3.2", "", ("0" * 64,), ()
)  # has dozens of advisories; its hash is never looked at, for nothing is installed


class Unanswered(Exception):
    """pip-audit ended without a report; says its last words."""


def packages(lock):
    """Every entry of a lock. Raises ValueError at one it cannot read: what is not read is not audited."""
    entries = [
        entry
        for entry in re.split(r"^(?=\S)", lock, flags=re.M)
        if entry.strip() and not entry.startswith("#")
    ]
    return [package(entry) for entry in entries]


def package(entry):
    head, *rest = entry.splitlines()
    hashes = tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})\b", entry))
    if not (found := HEAD.fullmatch(head)) or not hashes:
        raise ValueError(f"requirements.lock: {head!r} is no name==version with hashes")
    asked = (re.sub(r"^ +#( via)?", "", line).strip() for line in rest if line.lstrip().startswith("#"))
    return Package(
        found["name"],
        found["version"],
        found["marker"] or "",
        hashes,
        tuple(re.match(r"[\w-]+", by)[0] for by in asked if by),
    )


def rounds(held):
    """The packages in lists that hold no name twice, as pip-audit wants them: a lock for many Pythons has some in two versions."""
    left = list(held)
    while left:
        first = {p.name: p for p in reversed(left)}
        yield list(first.values())
        left = [p for p in left if first[p.name] is not p]


def asked(source, held):
    """pip-audit's report on some packages. Without markers, so that the other Pythons' are audited too, and without a cache, so that a source answers."""
    with TemporaryDirectory() as folder:
        wanted = Path(folder, "wanted.txt")
        wanted.write_text(
            "".join(
                f"{p.name}=={p.version} {' '.join(f'--hash=sha256:{h}' for h in p.hashes)}\n" for p in held
            )
        )
        options = [
            "--strict",
            "--require-hashes",
            "--disable-pip",
            "--progress-spinner",
            "off",
            "--desc",
            "off",
            "--format",
            "json",
            "--output",
            "stdout",
        ]
        command = [
            sys.executable,
            "-m",
            "pip_audit",
            *options,
            "--vulnerability-service",
            source,
            "--cache-dir",
            f"{folder}/cache",
            "--requirement",
            wanted,
        ]
        try:
            told = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
            return json.loads(told.stdout)["dependencies"]
        except subprocess.TimeoutExpired:
            raise Unanswered(f"no answer in {PATIENCE} s") from None
        except (ValueError, KeyError, TypeError):
            raise Unanswered((told.stderr.strip().splitlines() or ["it says nothing"])[-1]) from None


def audit(held, ask=asked):
    """(exit status, lines) for the packages of a lock. `ask` stands for pip-audit in tests."""
    silent = []
    for source in SOURCES:
        try:
            canary = known(ask(source, [CANARY]))
        except Unanswered as why:
            silent.append(f"  {source}: {why}")
            continue
        if not canary.get((CANARY.name, CANARY.version)):
            return 1, [f"blind: {source} knows nothing of {CANARY}, of which there are many advisories"]
        try:
            return judged(held, source, [known(ask(source, [CANARY, *some])) for some in rounds(held)])
        except Unanswered as why:
            return 1, [f"half audited: {source} answers for {CANARY}, and not for the lock: {why}"]
    return 3, ["not audited: no source of advisories answers", *silent]


def known(report):
    """(name, version) -> advisories, of those packages that were audited and not skipped."""
    return {(d["name"], d["version"]): d["vulns"] for d in report if "skip_reason" not in d}


def judged(held, source, answers):
    """(exit status, lines) for what a source answered, list by list."""
    canary = [answer.pop((CANARY.name, CANARY.version), []) for answer in answers]
    audited = {which: found for answer in answers for which, found in answer.items()}
    missed = [p for p in held if (p.name, p.version) not in audited]
    lines = [
        f"unsafe: {name} {version}: {told(advisory)}"
        for (name, version), found in audited.items()
        for advisory in found
    ]
    if not held:
        lines.append("blind: the lock holds no package")
    if not all(canary):
        lines.append(f"blind: {source} did not name {CANARY} beside the lock")
    if missed:
        lines.append(
            f"half audited: {len(held) - len(missed)} of the lock's {len(held)} packages; not {', '.join(map(str, missed))}"
        )
    here = sum(not p.marker or Marker(p.marker).evaluate() for p in held)
    said = f"{len(held) - len(missed)} packages audited by {source}, of the lock's {here} for this Python and {len(held) - here} for others"
    return (
        (1, [*lines, said]) if lines else (0, [f"nothing known: {said}; {CANARY} was named, as it must be"])
    )


def told(advisory):
    fixed = ", ".join(advisory["fix_versions"]) or "no version yet"
    return f"{' '.join([advisory['id'], *advisory.get('aliases', [])])}, fixed in {fixed}"


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # it runs where cogov is not installed
    status, lines = audit(packages(LOCK.read_text("utf-8")))
    print(*lines, sep="\n")
    sys.exit(status)
