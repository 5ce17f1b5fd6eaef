"""A sweep packed for others: everything that `cogov verify` reads, and what a repository asks for beside it.

The file list is described as an RO-Crate 1.1 (ro-crate-metadata.json); how to cite in CITATION.cff 1.2; the software in
codemeta.json 3.0. All of it is derived from the manifest. JSON is valid YAML, so CITATION.cff needs no YAML library.
"""

import json
import zipfile
from pathlib import Path

from ...engine.parameters import UserError
from ...engine.release import project
from ..files.user_mechanisms import unpack_sources
from .registration import history, statement
from .results import read_results
from .store import LEDGER, OWN, SUMS, sums_of

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


def pack_sweep(folder, path):
    """Write a checked sweep, its report if it has one, and its descriptions into the ZIP file `path`; returns it.

    Raises UserError where the sweep is not finished or `path` exists, Damaged where it is not what was written.
    """
    folder, path = Path(folder), Path(path)
    found = read_results(folder)
    if not (folder / SUMS).exists():
        raise UserError(
            f"{folder}: the sweep is not finished; `cogov sweep` it to its end first. If every run is there, and the model is another version by now, `cogov merge OTHER {folder}` closes it"
        )
    if path.exists():
        raise UserError(f"{path} is there already; remove it, or give another --out")
    files = {name: folder / name for name in (LEDGER, *found.texts, *found.files)}
    files |= {
        f"report/{one.relative_to(folder / 'report').as_posix()}": one
        for one in sorted((folder / "report").rglob("*"))
        if one.is_file()
    }
    files |= {
        f"model/{name}": HOME / "docs" / name
        for name in ("ODD.md", "parameters.md")
        if (HOME / "docs" / name).exists()
    }
    texts = {"CITATION.cff": citation(found), "codemeta.json": software(found), "README.md": readme(found)}
    texts |= unpack_sources(found.texts[OWN]) if OWN in found.texts else {}
    texts["ro-crate-metadata.json"] = describe_table(crate(found, [*files, *texts, SUMS]))
    texts[SUMS] = sums_of(
        {
            **{name: one.read_bytes() for name, one in files.items()},
            **{name: text.encode() for name, text in texts.items()},
        }
    )
    aside = path.with_name(path.name + ".part")
    with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as zip_:
        for name, one in files.items():
            zip_.write(one, name)
        for name, text in texts.items():
            zip_.writestr(name, text)
    aside.replace(path)
    return path


def describe_table(table):
    return json.dumps(table, indent=2, ensure_ascii=False) + "\n"


def title(found):
    return f"Runs of cogov: {found.experiment.name}"


def citation(found):
    """CITATION.cff of the data."""
    table = {
        "cff-version": "1.2.0",
        "type": "dataset",
        "message": "Cite this dataset, and cogov, the program that made it.",
        "title": title(found),
        "abstract": found.experiment.question or title(found),
        "authors": [{"name": "NAME THE AUTHORS OF THIS EXPERIMENT"}],
        "date-released": found.manifest["last"][:10],
        "version": found.digest(),
        "references": [
            {
                "type": "software",
                "title": "cogov",
                "authors": [{"name": "The cogov authors"}],
                "version": found.manifest["versions"]["cogov"],
                "license": "MIT",
            }
        ],
    }
    return describe_table(table)


def software(found):
    """codemeta.json of the program."""
    v = found.manifest["versions"]
    return describe_table(
        {
            "@context": "https://w3id.org/codemeta/3.0",
            "@type": "SoftwareSourceCode",
            "name": "cogov",
            "description": project()[1],
            "version": v["cogov"],
            "license": LICENCE,
            "programmingLanguage": f"Python {v['python']}",
            "identifier": found.manifest["model"],
            "author": [{"@type": "Organization", "name": "The cogov authors"}],
            "softwareRequirements": [
                f"{name} {number}" for name, number in v.items() if name not in ("cogov", "python")
            ],
        }
    )


def crate(found, names):
    """The RO-Crate's graph: the dataset, its files, and the run that made them."""
    files = [
        {"@id": name, "@type": "File", "encodingFormat": KINDS.get(Path(name).suffix, "text/plain")}
        for name in names
    ]
    made = {
        "@id": "#sweep",
        "@type": "CreateAction",
        "name": "cogov sweep",
        "description": found.manifest["command"] or "a call from Python",
        "startTime": found.manifest["begun"],
        "endTime": found.manifest["last"],
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
                "name": title(found),
                "description": found.experiment.question or title(found),
                "datePublished": found.manifest["last"],
                "license": {"@id": LICENCE},
                "hasPart": [{"@id": name} for name in names],
                "mentions": {"@id": "#sweep"},
            },
            {"@id": LICENCE, "@type": "CreativeWork", "name": "MIT"},
            {
                "@id": "#cogov",
                "@type": "SoftwareApplication",
                "name": "cogov",
                "version": found.manifest["versions"]["cogov"],
                "identifier": found.manifest["model"],
            },
            made,
            *files,
        ],
    }


def readme(found):
    """How to open it, and what was asked when."""
    log = found.manifest["registered"]
    stated, later = statement(log, found.experiment), history(log)
    mechanisms = (
        "\n\nIt uses mechanisms of the authors' own. To run it again, set COGOV_MECHANISMS to the folder `mechanisms` (or to the\nfolders in it, in their order)."
        if OWN in found.texts
        else ""
    )
    return f"""# {title(found)}

{found.experiment.question}

`sha256sum -c {SUMS}` checks every file; `cogov verify FOLDER` also lives through some runs again. One line opens the runs in

- pandas: `pd.read_parquet("runs")`
- DuckDB: `SELECT * FROM 'runs/*.parquet'`
- R: `arrow::open_dataset("runs") |> dplyr::collect()`

`series` (a row per run and day) and `issues` (a row per run and issue), if they were kept, open likewise. `cases.json` and
`experiment.json` are what was run, `manifest.json` what made it, `model/ODD.md` describes the model. The names of the authors
in CITATION.cff are yours to fill in.{mechanisms}

What was asked when: the question and the estimand were stated {stated["when"]}, when {stated["runs_before"]:,} runs were there.
{"".join(f"{one}{chr(10)}" for one in later)}"""
