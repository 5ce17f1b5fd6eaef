"""Write worlds: Parquet with a row per world and a float32 column per path, and a manifest as TOML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def shorten(values: np.ndarray) -> np.ndarray:
    """Return float32 numbers cut to 13 binary digits, one part in 4,000; they take less space.

    >>> shorten(np.array([0.1, 3.0, 4097.0], np.float32)).tolist()
    [0.0999908447265625, 3.0, 4097.0]
    """
    return (values.view(np.uint32) & np.uint32(0xFFFFF800)).view(np.float32)


def to_bytes(worlds: pd.DataFrame) -> bytes:
    """Return worlds as Parquet; the same worlds give the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    table = pa.table({name: pa.array(worlds[name].to_numpy(np.float32)) for name in worlds.columns})
    pq.write_table(
        table,
        sink,
        compression="zstd",
        compression_level=19,
        use_dictionary=False,
        use_byte_stream_split=True,
        write_statistics=False,
        store_schema=False,
    )
    return sink.getvalue().to_pybytes()


def to_toml(
    manifest: Mapping[str, Any], writer: str = "cogov ensemble", values: str = "worlds.parquet"
) -> str:
    """Return a manifest as TOML: values first, then tables. `writer` is the command that wrote it."""
    lines = [f"# Written by `{writer}`; it describes {values}."]
    plain = {key: value for key, value in manifest.items() if not is_table(value)}
    lines += [f"{key} = {number(value)}" for key, value in plain.items()]
    for key, value in manifest.items():
        if is_table(value):
            for table in value if isinstance(value, list) else [value]:
                lines += ["", f"[[{key}]]" if isinstance(value, list) else f"[{key}]"]
                lines += [f"{name} = {number(inner)}" for name, inner in table.items()]
    return "\n".join(lines) + "\n"


def is_table(value: object) -> bool:
    """Return whether a value is a table of TOML, or an array of them."""
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def number(value: object) -> str:
    """Return a value as TOML writes it; fractions with five digits."""
    if isinstance(value, float):
        return f"{value:.5g}"
    return json.dumps(value)
