"""Pack a sweep for publication: all that `cogov verify` reads, and the metadata that repositories ask for.

The file list is described as an RO-Crate 1.1 (ro-crate-metadata.json), how to cite in CITATION.cff 1.2, the
software in codemeta.json 3.0. All are derived from the manifest. JSON is valid YAML, so CITATION.cff needs no
YAML library.
"""

import json
import zipfile
from pathlib import Path

from ...engine.release import project
from ...engine.texts.errors import UserError
from ..files.user_mechanisms import unpack_sources
from .ledger import LEDGER, OWN, SUMS, sums_of
from .registration import history, statement
from .results import Results, read_results

HOME = Path(__file__).parents[2]
LICENCE = "https://spdx.org/licenses/MIT"
KINDS = {
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".html": "text/html",
    ".csv": "text/csv",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".sqlite": "application/vnd.sqlite3",
    ".md": "text/markdown",
    ".cff": "application/yaml",
}


def pack_sweep(folder: str | Path, path: str | Path) -> Path:
    """Write a checked sweep, its report, if any, and its metadata into the ZIP file `path`; return the path.

    Raises UserError if the sweep is not finished or `path` exists, Damaged if the sweep differs from what was
    written.
    """
    folder, path = Path(folder), Path(path)
    results = read_results(folder)
    if not (folder / SUMS).exists():
        raise UserError(
            "{folder}: the sweep is not finished; finish it with `cogov sweep` first. If no run "
            "is missing but the version of the model has changed, `cogov merge OTHER {folder}` "
            "finishes it",
            folder=folder,
        )
    if path.exists():
        raise UserError("{path} already exists; remove it, or give another --out", path=path)
    files = {name: folder / name for name in (LEDGER, *results.texts, *results.files)}
    files |= {
        f"report/{source.relative_to(folder / 'report').as_posix()}": source
        for source in sorted((folder / "report").rglob("*"))
        if source.is_file()
    }
    files |= {
        f"model/{name}": HOME / "docs" / name
        for name in ("ODD.md", "parameters.md")
        if (HOME / "docs" / name).exists()
    }
    texts = {
        "CITATION.cff": citation(results),
        "codemeta.json": software(results),
        "README.md": readme(results),
    }
    texts |= unpack_sources(results.texts[OWN]) if OWN in results.texts else {}
    texts["ro-crate-metadata.json"] = to_json_text(crate(results, [*files, *texts, SUMS]))
    texts[SUMS] = sums_of(
        {
            **{name: source.read_bytes() for name, source in files.items()},
            **{name: text.encode() for name, text in texts.items()},
        }
    )
    temporary = path.with_name(path.name + ".part")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, source in files.items():
            archive.write(source, name)
        for name, text in texts.items():
            archive.writestr(name, text)
    temporary.replace(path)
    return path


def to_json_text(table: dict) -> str:
    return json.dumps(table, indent=2, ensure_ascii=False) + "\n"


def title(results: Results) -> str:
    return f"Runs of cogov: {results.experiment.name}"


def citation(results: Results) -> str:
    """Return CITATION.cff of the data."""
    table = {
        "cff-version": "1.2.0",
        "type": "dataset",
        "message": "Cite this dataset, and cogov, the program that made it.",
        "title": title(results),
        "abstract": results.experiment.question or title(results),
        "authors": [{"name": "NAME THE AUTHORS OF THIS EXPERIMENT"}],
        "date-released": results.manifest["last"][:10],
        "version": results.digest(),
        "references": [
            {
                "type": "software",
                "title": "cogov",
                "authors": [{"name": "The cogov authors"}],
                "version": results.manifest["versions"]["cogov"],
                "license": "MIT",
            }
        ],
    }
    return to_json_text(table)


def software(results: Results) -> str:
    """Return codemeta.json of the program."""
    v = results.manifest["versions"]
    return to_json_text(
        {
            "@context": "https://w3id.org/codemeta/3.0",
            "@type": "SoftwareSourceCode",
            "name": "cogov",
            "description": project()[1],
            "version": v["cogov"],
            "license": LICENCE,
            "programmingLanguage": f"Python {v['python']}",
            "identifier": results.manifest["model"],
            "author": [{"@type": "Organization", "name": "The cogov authors"}],
            "softwareRequirements": [
                f"{name} {number}" for name, number in v.items() if name not in ("cogov", "python")
            ],
        }
    )


def crate(results: Results, names: list[str]) -> dict:
    """Return the graph of the RO-Crate: the dataset, its files, and the run that made them."""
    files = [
        {"@id": name, "@type": "File", "encodingFormat": KINDS.get(Path(name).suffix, "text/plain")}
        for name in names
    ]
    action = {
        "@id": "#sweep",
        "@type": "CreateAction",
        "name": "cogov sweep",
        "description": results.manifest["command"] or "a call from Python",
        "startTime": results.manifest["begun"],
        "endTime": results.manifest["last"],
        "instrument": {"@id": "#cogov"},
        "result": {"@id": "./"},
    }
    return {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [
            {
                "@id": "ro-crate-metadata.json",
                "@type": "CreativeWork",
                "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
                "about": {"@id": "./"},
            },
            {
                "@id": "./",
                "@type": "Dataset",
                "name": title(results),
                "description": results.experiment.question or title(results),
                "datePublished": results.manifest["last"],
                "license": {"@id": LICENCE},
                "hasPart": [{"@id": name} for name in names],
                "mentions": {"@id": "#sweep"},
            },
            {"@id": LICENCE, "@type": "CreativeWork", "name": "MIT"},
            {
                "@id": "#cogov",
                "@type": "SoftwareApplication",
                "name": "cogov",
                "version": results.manifest["versions"]["cogov"],
                "identifier": results.manifest["model"],
            },
            action,
            *files,
        ],
    }


def readme(results: Results) -> str:
    """Return the text of README.md: how to open the data, and when the question was registered."""
    log = results.manifest["registered"]
    registration, changes = statement(log, results.experiment), history(log)
    mechanisms = (
        "\n\nIt uses mechanisms written by the authors. "
        "To run it again, set COGOV_MECHANISMS to the folder `mechanisms` (or to the\n"
        "folders in it, in their order)."
        if OWN in results.texts
        else ""
    )
    return f"""# {title(results)}

{results.experiment.question}

`sha256sum -c {SUMS}` checks every file; `cogov verify FOLDER` also re-runs a sample of the runs. \
One line opens the runs in

- pandas: `pd.read_parquet("runs")`
- DuckDB: `SELECT * FROM 'runs/*.parquet'`
- R: `arrow::open_dataset("runs") |> dplyr::collect()`

`series` (a row per run and day) and `issues` (a row per run and issue), if they were kept, open in the same \
way. `cases.json` and `experiment.json` hold what was run, `manifest.json` the command and the versions; \
`model/ODD.md` describes the model.
Fill in the names of the authors in CITATION.cff.{mechanisms}

Registration: the question and the estimand were stated {registration["when"]}, \
when {registration["runs_before"]:,} runs existed.
{"".join(f"{sentence}{chr(10)}" for sentence in changes)}"""
