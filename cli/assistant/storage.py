"""The folder of the server: the only place that it writes to, and the only one whose files it reads.

Without `cogov mcp --folder DIR` there is none, and nothing is written at all. Names that leave the folder and
links are refused, so that no text of an assistant reaches another file.
"""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from ...engine.output import to_json
from ...engine.parameters import complain_about_name
from ...engine.texts.errors import UserError

REQUEST = "request.json"  # what was asked, in the folder of its results


class ResultFolder:
    """The folder named on the command line, or none."""

    def __init__(self, root: Path | None):
        self.root = None if root is None else Path(os.path.abspath(root))
        if self.root is None:
            return
        if self.root.is_symlink():
            raise UserError("--folder {folder}: is a link; name the folder that it leads to", folder=root)
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(
                "--folder {folder}: cannot be made: {reason}", folder=root, reason=error.strerror
            ) from None
        if not os.access(self.root, os.W_OK):
            raise UserError("--folder {folder}: cannot be written to", folder=root)

    def find_case(self, name: str) -> Path:
        """Return the path of a case file in the folder. Raises UserError if it is not a plain file inside."""
        if self.root is None:
            raise UserError(
                "case = {name!r} is a path, and this server has no folder to read from; give the text of the "
                "file as case_toml, or start it with `cogov mcp --folder DIR`",
                name=name,
            )
        path = self.inside(name)
        if not path.is_file():
            raise UserError(
                "case = {name!r}: there is no such file in {folder}; there are: {files}",
                name=name,
                folder=self.root,
                files=", ".join(sorted(file.name for file in self.root.glob("*.toml"))[:20]) or "-",
            )
        return path

    def inside(self, name: str) -> Path:
        """Return the path of a relative name in the folder. Raises UserError if it leaves the folder."""
        assert self.root is not None
        parts = PurePosixPath(name.replace("\\", "/")).parts
        leaves = PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive or ".." in parts
        if leaves or not parts or "\0" in name:
            raise UserError(
                "{name!r} leads out of the folder {folder}; give a name relative to it, without ..",
                name=name,
                folder=self.root,
            )
        path = self.root
        self.refuse_link(path)
        for part in parts:
            path = path / part
            self.refuse_link(path)
        return path

    def refuse_link(self, path: Path) -> None:
        """Raise UserError for a link, which may lead out of the folder."""
        if path.is_symlink():
            raise UserError(
                "{path} is a link, which may lead out of the folder {folder}; use a plain file or folder",
                path=path,
                folder=self.root,
            )

    def open_subfolder(self, tool: str, case: str, asked: dict[str, Any]) -> Path | None:
        """Return the subfolder for the results of a request, made and empty or of the same request.

        None if the server has no folder. Its name is `save_as`, else made of the tool, the case and a digest.
        Raises UserError.
        """
        name = asked.get("save_as", "")
        if self.root is None:
            if name:
                raise UserError(
                    "save_as = {name!r}: this server has no folder to write to; leave save_as out, or start "
                    "it with `cogov mcp --folder DIR`",
                    name=name,
                )
            return None
        if name and (problem := complain_about_name(name)):
            raise UserError("save_as {problem}", problem=problem)
        relevant = {key: value for key, value in asked.items() if key not in ("language", "save_as")}
        text = to_json({"tool": tool, **relevant}) + "\n"
        digest = blake2b(text.encode(), digest_size=4).hexdigest()
        folder = self.inside(name or f"{tool}-{case}-{digest}")
        if folder.exists():
            self.refuse_links_below(folder)
            if not folder.is_dir() or (any(folder.iterdir()) and read_text(folder / REQUEST) != text):
                raise UserError(
                    "save_as = {name!r}: {folder} exists and holds something else; choose another name",
                    name=name,
                    folder=folder,
                )
        folder.mkdir(exist_ok=True)
        (folder / REQUEST).write_text(text, encoding="utf-8")
        return folder

    def refuse_links_below(self, folder: Path) -> None:
        """Raise UserError if there is a link anywhere in a folder that is about to be written to."""
        for where, folders, files in os.walk(folder):
            for name in (*folders, *files):
                self.refuse_link(Path(where, name))


def read_text(path: Path) -> str:
    """Return the text of a file; "" if there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
