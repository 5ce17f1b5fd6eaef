"""Ask pip-audit whether a package in requirements.lock has a known vulnerability (`make audit`).

An auditor that does not report the canary, a package with known advisories, is not believed.
Exit status: 0 nothing is known; 1 something is, or the auditor cannot be believed; 3 not audited, no source
of advisories answers.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from packaging.markers import Marker

LOCK = Path(__file__).parent.parent / "requirements.lock"
SOURCES = ("pypi", "osv")  # of advisories; the first that answers is used
PATIENCE = 1800  # seconds for one question about the whole lock
HEAD = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[^\s;]+)(?: ; (?P<marker>.+?))? \\")


class Package(NamedTuple):
    """One entry of the lock."""

    name: str
    version: str
    marker: str  # environments that need it; "" is all
    hashes: tuple
    asked_by: tuple  # names of the packages that require it, cogov among them

    def __str__(self):
        return f"{self.name} {self.version}"


# has dozens of advisories; its hash is not checked, because nothing is installed
CANARY = Package("django", "3.2", "", ("0" * 64,), ())


class Unanswered(Exception):
    """Raised when pip-audit ends without a report; holds the end of its output."""


def packages(lock: str) -> list[Package]:
    """Return every entry of a lock. Raises ValueError at one that cannot be read and so not audited."""
    entries = [
        entry
        for entry in re.split(r"^(?=\S)", lock, flags=re.M)
        if entry.strip() and not entry.startswith("#")
    ]
    return [package(entry) for entry in entries]


def package(entry: str) -> Package:
    """Parse one entry of a lock. Raises ValueError."""
    head, *rest = entry.splitlines()
    hashes = tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})\b", entry))
    if not (match := HEAD.fullmatch(head)) or not hashes:
        raise ValueError(f"requirements.lock: {head!r} is no name==version with hashes")
    comments = (re.sub(r"^ +#( via)?", "", line).strip() for line in rest if line.lstrip().startswith("#"))
    return Package(
        match["name"],
        match["version"],
        match["marker"] or "",
        hashes,
        tuple(re.match(r"[\w-]+", by)[0] for by in comments if by),
    )


def rounds(held: list[Package]) -> Iterator[list[Package]]:
    """Yield the packages in lists without the same name twice, as pip-audit requires.

    A lock for several Pythons has some packages in two versions.
    """
    remaining = list(held)
    while remaining:
        first = {p.name: p for p in reversed(remaining)}
        yield list(first.values())
        remaining = [p for p in remaining if first[p.name] is not p]


def asked(source: str, held: list[Package]) -> list[dict]:
    """Return pip-audit's report on some packages. Raises Unanswered.

    Asked without markers, so that packages for other Pythons are audited too, and without a cache, so that a
    source must answer.
    """
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
            result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
            return json.loads(result.stdout)["dependencies"]
        except subprocess.TimeoutExpired:
            raise Unanswered(f"no answer in {PATIENCE} s") from None
        except (ValueError, KeyError, TypeError):
            raise Unanswered((result.stderr.strip().splitlines() or ["it says nothing"])[-1]) from None


def audit(held: list[Package], ask: Callable[[str, list[Package]], list] = asked) -> tuple[int, list[str]]:
    """Return (exit status, lines) for the packages of a lock. `ask` stands for pip-audit in tests."""
    silent = []
    for source in SOURCES:
        try:
            canary = known(ask(source, [CANARY]))
        except Unanswered as reason:
            silent.append(f"  {source}: {reason}")
            continue
        if not canary.get((CANARY.name, CANARY.version)):
            return 1, [f"blind: {source} knows nothing of {CANARY}, of which there are many advisories"]
        try:
            return judge(held, source, [known(ask(source, [CANARY, *group])) for group in rounds(held)])
        except Unanswered as reason:
            return 1, [f"half audited: {source} answers for {CANARY}, and not for the lock: {reason}"]
    return 3, ["not audited: no source of advisories answers", *silent]


def known(report: list[dict]) -> dict[tuple[str, str], list]:
    """Return (name, version) -> advisories, of the packages that were audited and not skipped."""
    return {(d["name"], d["version"]): d["vulns"] for d in report if "skip_reason" not in d}


def judge(held, source, answers) -> tuple[int, list[str]]:
    """Return (exit status, lines) for the answers of a source, one for each list of packages."""
    canary = [answer.pop((CANARY.name, CANARY.version), []) for answer in answers]
    audited = {which: advisories for answer in answers for which, advisories in answer.items()}
    missed = [p for p in held if (p.name, p.version) not in audited]
    lines = [
        f"unsafe: {name} {version}: {describe_advisory(advisory)}"
        for (name, version), advisories in audited.items()
        for advisory in advisories
    ]
    if not held:
        lines.append("blind: the lock holds no package")
    if not all(canary):
        lines.append(f"blind: {source} did not name {CANARY} beside the lock")
    if missed:
        lines.append(
            f"half audited: {len(held) - len(missed)} of the lock's {len(held)} packages; not "
            f"{', '.join(map(str, missed))}"
        )
    for_this_python = sum(not p.marker or Marker(p.marker).evaluate() for p in held)
    summary = (
        f"{len(held) - len(missed)} packages audited by {source}, of the lock's {for_this_python} for this "
        f"Python and {len(held) - for_this_python} for others"
    )
    return (
        (1, [*lines, summary])
        if lines
        else (0, [f"nothing known: {summary}; {CANARY} was named, as it must be"])
    )


def describe_advisory(advisory: dict) -> str:
    """Return an advisory as text: its names, and the versions that fix it."""
    fixed = ", ".join(advisory["fix_versions"]) or "no version yet"
    return f"{' '.join([advisory['id'], *advisory.get('aliases', [])])}, fixed in {fixed}"


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # no safe_streams where cogov is not installed
    status, lines = audit(packages(LOCK.read_text("utf-8")))
    print(*lines, sep="\n")
    sys.exit(status)
