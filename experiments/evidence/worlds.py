"""Read the plausible worlds that ship: `worlds.parquet`, a row per world and a column per parameter.

The file of values has float32 columns, named by the paths of knobs. Its manifest, `worlds.toml`, says which
version of the model and which facts the worlds belong to, how they were found, and the SHA-256 of the values.
`experiments/validation/ensemble_file.py` writes both.
"""

from __future__ import annotations

import tomllib
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...engine.parameters import set_parameters
from ...engine.texts.errors import UserError
from ...model.scenarios.scenario import Scenario
from .sampling import settings_in

if TYPE_CHECKING:
    import pandas as pd

FOLDER = Path(__file__).parent
VALUES, MANIFEST = "worlds.parquet", "worlds.toml"


def read_manifest(folder: Path = FOLDER) -> dict[str, Any]:
    """Read the manifest of the ensemble in `folder`. Raises UserError."""
    try:
        return tomllib.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(
            "{path}: cannot be read: {reason}; `cogov ensemble --make` makes it",
            path=folder / MANIFEST,
            reason=error,
        ) from None


def read_worlds(folder: Path = FOLDER) -> pd.DataFrame:
    """Read the worlds of the ensemble in `folder`. Raises UserError if they are not those of its manifest."""
    import pandas as pd

    manifest, path = read_manifest(folder), folder / VALUES
    try:
        digest = sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise UserError(
            "{path}: cannot be read: {reason}; `cogov ensemble --make` makes it", path=path, reason=error
        ) from None
    if digest != manifest.get("sha256"):
        raise UserError("{path}: is not the file that {manifest} describes", path=path, manifest=MANIFEST)
    return pd.read_parquet(path)


def settings_of_worlds(scenario: Scenario, folder: Path = FOLDER) -> list[dict[str, float]]:
    """Return the settings of each world that apply to a scenario: path -> value.

    A world that contradicts what the scenario gives is left out. Raises UserError as `read_worlds` does.
    """
    usable = []
    for world in read_worlds(folder).to_dict("records"):
        settings = settings_in(scenario, world)
        try:
            set_parameters(scenario, settings)
        except UserError:
            continue
        usable.append(settings)
    return usable
