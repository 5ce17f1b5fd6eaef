"""The command line: the front door, which knows every room. `cogov --help`, or `python -m cogov`."""

import os
import sys
from collections import Counter
from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from . import cities, insights, pictures, serving, sweeps  # noqa: F401  their commands
from .completion import KNOBS, complete_case, complete_knob, complete_mechanism
from .model.knobs import ScenarioError, span
from .shell import Case, Days, Json, Off, On, Seed, Set, Within, Workers, app, bench, command, compile_engine, err, keep_inputs, out, print_json, progress, ready, safe_streams


def main():
    """Run the command line; what the user wrote wrongly is one line on standard error and exit status 2."""
    os.environ["MPLBACKEND"] = "agg"  # no window is opened, and a backend that is not there stops nothing
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # our matrices are small; starting threads for them costs a tenth of a second
    try:
        with safe_streams():
            app(standalone_mode=True)
    except (ScenarioError, OSError) as error:
        words = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)
        err.print(f"cogov: {words}", style="bold red", highlight=False, soft_wrap=True)
        sys.exit(2)


@app.command()
def cases(json_: Json = False):
    """List the cases that ship."""
    from .model.cases import read, shipped

    every = [read(name) for name in shipped()]
    if json_:
        return print_json([{"name": s.name, "title": s.title, "provenance": s.provenance, "residents": s.community.residents,
                                  "given": list(s.community.given), "mechanisms": sorted(s.mechanisms)} for s in every])  # fmt: skip
    table = Table("case", Column("what it is", overflow="fold"), "residents", "mechanisms it reports")
    for s in every:
        table.add_row(s.name, s.title, f"{s.community.residents:,}", ", ".join(s.mechanisms))
    out.print(table)


@app.command("mechanisms")
def mechanisms_(
    names: Annotated[list[str] | None, typer.Argument(autocompletion=complete_mechanism, metavar="[NAME]...", help="those to describe; else all", show_default=False)] = None,
    effects: Annotated[str | None, typer.Option(autocompletion=complete_case, metavar="CASE", help="instead: what each does by itself in this case, under the same luck")] = None,
    among: Annotated[bool, typer.Option("--among", help="with --effects: beside the case's other mechanisms, instead of alone")] = False,
    replicates: Annotated[int, typer.Option(min=2, help="with --effects: pairs of runs")] = 20,
    days: Days = None, seed: Seed = 0, set_: Set = None, within: Within = 30,
    workers: Workers = None,
    out_: Annotated[Path, typer.Option("--out", help="folder for the figure and the table of --effects")] = Path("out"),
    json_: Json = False,
):  # fmt: skip
    """List the mechanisms: what each does, how it disappoints, and its knobs. With --effects, one-at-a-time effects in a case."""
    from .model import mechanisms

    if effects and names:
        raise ScenarioError(f"--effects measures every mechanism there is: leave out {', '.join(names)}")
    if effects:
        return effects_(effects, {"days": days, "settings": set_ or ()}, {"replicates": replicates, "seed": seed, "within": within, "among": among, "workers": workers}, out_, json_)
    chosen = [mechanisms.named(name) and name for name in names or mechanisms.names()]
    broken = {} if names else mechanisms.broken()
    if json_:
        return print_json([*map(described, chosen), *({"name": name, "broken": why} for name, why in broken.items())])
    for name in chosen:
        one = described(name)
        out.print(Text.assemble((name, "bold"), f" {one['zh']}\n  {one['does']}\n  ", (one["disappoints"], "italic")))
        table = Table("knob", "default", "range", "unit", "source", box=None, padding=(0, 2, 0, 2))
        for knob in one["knobs"]:
            table.add_row(knob["name"], f"{knob['default']:g}", span(knob), knob["unit"], knob["source"])
        out.print(table)
    for name, why in broken.items():
        out.print(f"{name} is broken: {why}", style="bold red", highlight=False, markup=False, soft_wrap=True)


def effects_(name, changes, options, folder, json_):
    """Run, show and keep the effects of all mechanisms in the case `name`."""
    from .experiments import manifest
    from .experiments.effects import effects
    from .experiments.spreadsheets import write_csv
    from .model import mechanisms
    from .model.cases import altered, read
    from .viz import figures, tables

    manifest.free(folder)
    case = altered(read(name), (), (), changes["settings"], changes["days"])
    ready(case, folder, mechanisms.names())
    with progress() as bar:
        task = bar.add_task(f"{case.name}, all mechanisms", total=options["replicates"])
        table = effects(case, **options, progress=lambda: bar.advance(task))
    write_csv(table, folder / "effects.csv")
    asked = {**manifest.given(settings=changes["settings"]), "days": case.days, **{name: value for name, value in options.items() if name != "workers"}}
    manifest.leave(folder, "effects", command=command(), cases=[case], tables=["effects.csv"], **asked)
    title = f"{case.name}: each mechanism {'beside the others' if options['among'] else 'alone'}; {options['replicates']} pairs, {case.days} days"
    picture = figures.save(figures.effects(table, title), folder, "effects")
    if json_:
        return print_json(table.reset_index().to_dict("records"))
    out.print(tables.effects(table, case, options["replicates"], options["among"]))
    out.print(f"Figure: {picture} (and .svg)\nTable: {folder / 'effects.csv'}", soft_wrap=True, highlight=False)


def described(name):
    """A mechanism in words and numbers."""
    from .model import mechanisms

    kind = mechanisms.named(name)
    does, disappoints = mechanisms.told(name)
    knobs = [{"name": f.name, "default": f.default, **f.metadata} for f in fields(kind)]
    return {"name": name, "zh": kind.zh, "does": does, "disappoints": disappoints, "knobs": knobs}


@app.command()
def knobs(
    prefix: Annotated[str, typer.Argument(autocompletion=complete_knob, metavar="[PREFIX]", help="what a path begins with, e.g. committee or issues.litter", show_default=False)] = "",
    markdown: Annotated[bool, typer.Option("--markdown", help="print the page docs/parameters.md, all of it")] = False,
    json_: Json = False,
):  # fmt: skip
    """List every number that `--set` turns: default, range, unit, source, and the cases that turn it."""
    from .experiments.parameters import parameters
    from .viz.parameters import listed, page

    found = parameters("" if markdown else prefix)
    if json_:
        return print_json([asdict(one) for one in found])
    if markdown:
        return print(page(found), end="")
    for table in listed(found):
        out.print(table)


@app.command()
def docs(folder: Annotated[Path, typer.Argument(help="where they are")] = Path("docs")):
    """Write those pages and pictures of the documentation anew that come from the code."""
    from .experiments.parameters import parameters
    from .viz.diagrams import levers, lifecycle, save
    from .viz.parameters import page

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "parameters.md").write_text(page(parameters()), encoding="utf-8")
    if folder.resolve() == Path(__file__).parent / "docs":
        KNOBS.write_text("".join(f"{one.path}\n" for one in parameters() if not one.path.startswith("[[")), encoding="utf-8")  # for completion
    save(lifecycle(), folder / "lifecycle.svg")
    save(levers(), folder / "levers.svg")


@app.command("compile")
def compile_(
    names: Annotated[list[str] | None, typer.Argument(autocompletion=complete_mechanism, metavar="[MECHANISM]...", help="those to compile for; else all", show_default=False)] = None,
    json_: Json = False,
):  # fmt: skip
    """Compile the engine ahead, for a container or a cluster, and say what had to be compiled. Other commands do it when needed."""
    from .model import kernel_store, mechanisms, precompile

    names = [mechanisms.named(name) and name for name in names or mechanisms.names()]
    folder = kernel_store.writable()
    if folder is None:
        raise ScenarioError(kernel_store.unwritable())
    compiled = compile_engine([*names, precompile.STREET])
    if json_:
        return print_json({"compiled": compiled, "folder": str(folder)})
    for name, count in sorted(Counter(compiled).items()):
        out.print(f"{name}{f', for {count} kinds of arguments' if count > 1 else ''}", highlight=False, soft_wrap=True)
    out.print(f"{len(compiled)} kernels were compiled; they are kept in {folder}", highlight=False, soft_wrap=True)


@app.command()
def run(case: Case, days: Days = None, seed: Seed = 0, set_: Set = None, on: On = None, off: Off = None, within: Within = 30, out_: Annotated[Path | None, typer.Option("--out", help="folder for the tables")] = None, json_: Json = False):
    """Live through a case once, and print every measure and who spent what."""
    from .experiments.runs import census, simulate
    from .model.cases import altered, read
    from .viz import tables

    if out_:
        from .experiments import manifest

        manifest.free(out_)
    scenario = altered(read(case), on or (), off or (), set_ or (), days)
    ready(scenario, out_, notice=False)
    with progress() as bar:
        task = bar.add_task(f"{case}: days", total=scenario.days)
        done = simulate(scenario, seed=seed, within=within, progress=lambda: bar.advance(task))
    if out_:
        from .experiments.spreadsheets import write_csv  # and with it pandas, which is slow to load

        names = [f"{name}.csv" for name in ("measures", "series", "issues", "history", "ledger")]
        for name in names:
            write_csv(getattr(done, name.removesuffix(".csv")), out_ / name)
        manifest.leave(out_, "run", command=command(), cases=[scenario], tables=names, **manifest.given(on or (), off or (), set_ or ()), days=scenario.days, seed=seed, within=within)
    if json_:
        return print_json({"case": done.scenario.name, "seed": seed, "days": done.scenario.days, "mechanisms": sorted(done.scenario.mechanisms),
                           **census(done.scenario), "measures": done.summary, "ledger": done.spending})  # fmt: skip
    out.print(tables.measured(done))
    out.print(tables.spent({"": done.spending}))
    out.print(tables.census(done.scenario), highlight=False)
    if out_:
        out.print(f"Tables: {out_}", soft_wrap=True, highlight=False)


@app.command()
def compare(
    case: Case,
    mechanism: Annotated[list[str] | None, typer.Option(autocompletion=complete_mechanism, metavar="NAME", help="the mechanism to compare with and without; repeatable, then all of them together")] = None,
    replicates: Annotated[int, typer.Option(min=1, help="pairs of runs, each pair with the same luck")] = 20,
    days: Days = None, seed: Seed = 0, set_: Set = None, on: On = None, off: Off = None, within: Within = 30,
    workers: Workers = None,
    out_: Annotated[Path, typer.Option("--out", help="folder for the figure, tables and manifest")] = Path("out"),
    json_: Json = False,
):  # fmt: skip
    """Compare a case without and with a mechanism under the same luck: difference, interval, price, figure."""
    from .experiments import manifest
    from .experiments.compare import arms_of, compare
    from .experiments.runs import census
    from .model.cases import read
    from .viz import figures, tables

    manifest.free(out_)
    changes = {"on": on or (), "off": off or (), "settings": set_ or (), "days": days}
    ready(arms_of(read(case), mechanism or (), **changes)[1], out_, notice=False)
    with progress() as bar:
        task = bar.add_task(f"{case}: pairs with the same luck", total=replicates)
        result = compare(
            case, mechanism or (), replicates=replicates, seed=seed, **changes, within=within, workers=workers, progress=lambda: bar.advance(task)
        )
    folder = result.save(out_, command())
    picture = figures.save(figures.comparison(result), folder, "compare")
    if json_:
        return print_json({"verdict": result.verdict(), **census(result.case), "table": result.table.to_dict("index"), "figure": str(picture), "folder": str(folder)})
    both = sorted(set(result.case.mechanisms) - set(result.mechanisms))
    out.print(tables.compared(result))
    out.print(tables.spent({arm: part.droplevel("arm").to_dict("index") for arm, part in result.ledger.groupby(level="arm", sort=False)}))
    out.print(f"In both arms: {', '.join(both) or 'no other mechanism'}.", highlight=False)
    out.print(tables.census(result.case), highlight=False)
    out.print(result.verdict(), style="bold", highlight=False)
    out.print(f"Figure: {picture} (and .svg)\nTables: {folder}", soft_wrap=True, highlight=False)


@app.command()
def patterns(
    case: Annotated[list[str] | None, typer.Option(autocompletion=complete_case, metavar="CASE", help="a case; repeatable, else all that ship")] = None,
    replicates: Annotated[int, typer.Option(min=2, help="runs, each with its own luck and its own assumed parameters")] = 30,
    spread: Annotated[float, typer.Option(min=0.0, max=2.0, help="how far assumed parameters vary: by up to this in their logarithm")] = 0.25,
    seed: Seed = 0, workers: Workers = None,
    out_: Annotated[Path, typer.Option("--out", help="folder for the figure and the table")] = Path("out"), json_: Json = False,
):  # fmt: skip
    """Hold every reported outcome against the model: inside, near or outside its 90 % interval."""
    import pandas as pd

    from .experiments import manifest
    from .experiments.patterns import patterns as held
    from .experiments.spreadsheets import write_csv
    from .model.cases import read, shipped
    from .viz import figures, tables

    manifest.free(out_)
    every = [scenario for scenario in map(read, case or shipped()) if scenario.reported]
    for scenario in every[:1]:
        ready(scenario, out_, {name for one in every for name in (*one.mechanisms, *(name for outcome in one.reported for name in outcome.on))})
    found = []
    with progress() as bar:
        task = bar.add_task("replicates", total=replicates * len(every))
        for scenario in every:
            bar.update(task, description=scenario.name)
            found.append(held(scenario, replicates=replicates, seed=seed, spread=spread, workers=workers, progress=lambda: bar.advance(task)))
    if not found:
        raise ScenarioError("none of these cases has a [[reported]] outcome to hold the model against")
    table = pd.concat(found, ignore_index=True)
    write_csv(table, out_ / "patterns.csv", index=False)
    manifest.leave(out_, "patterns", command=command(), cases=every, tables=["patterns.csv"], replicates=replicates, spread=spread, seed=seed)
    picture = figures.save(figures.patterns(table), out_, "patterns")
    if json_:
        return print_json(table.to_dict("records"))
    out.print(tables.patterns(table))
    out.print(f"Figure: {picture} (and .svg)\nTable: {out_ / 'patterns.csv'}", soft_wrap=True, highlight=False)


@app.command()
def story(
    case: Case,
    issue: Annotated[str | None, typer.Option(metavar="ID", help="whose story: building/category/number, as in 7/lamp_out/2, or the id")] = None,
    surprising: Annotated[int | None, typer.Option(min=1, metavar="N", help="list the N issues whose histories differ most")] = None,
    mechanism: Annotated[list[str] | None, typer.Option(autocompletion=complete_mechanism, metavar="NAME", help="the mechanism to tell it without and with; repeatable; else all of the case")] = None,
    days: Days = None, seed: Seed = 0, set_: Set = None, on: On = None, off: Off = None,
    lang: Annotated[str, typer.Option(help="en or zh")] = "en",
    json_: Json = False,
):  # fmt: skip
    """Tell one issue's history without and with a mechanism, in the first pair of `compare`; or list those that differ most."""
    from .experiments.story import story
    from .experiments.surprises import chosen
    from .experiments.surprises import surprising as differing
    from .viz import stories

    if (issue is None) == (surprising is None):
        raise ScenarioError("say which story: --issue 7/lamp_out/2, or --surprising 10 for a list to choose from")
    if lang not in stories.LANGUAGES:
        raise ScenarioError(f"--lang {lang}: stories are told in {' or '.join(stories.LANGUAGES)}")
    changes = {"days": days, "on": on or (), "off": off or (), "settings": set_ or ()}
    ready(chosen(case, mechanism, **changes)[1][1], None)
    found = differing(case, mechanism, surprising, seed=seed, **changes) if surprising else story(case, mechanism, issue=issue, seed=seed, **changes)
    if json_:
        return print_json(asdict(found))
    if surprising:
        return out.print(stories.most(found, lang))
    out.print("\n".join(stories.sentences(found, lang)), soft_wrap=True, highlight=False)


@bench.command()
def speed(json_: Json = False):
    """Guiyuan for a year against the slow twin, growth to a million residents, memory per resident."""
    from .experiments import bench

    bench.show(out, json_, bench.speed(err))


@bench.command()
def pairing(replicates: Annotated[int, typer.Option(min=3)] = 30, json_: Json = False):
    """How much the same luck narrows the difference that each mechanism makes."""
    from .experiments import bench

    bench.show(out, json_, bench.pairing(err, replicates))


@bench.command()
def luck(json_: Json = False):
    """Count collisions of the keys of luck over a sweep of 10,000 runs."""
    from .experiments import bench

    bench.show(out, json_, bench.luck(err))


@bench.command()
def determinism(
    short: Annotated[bool, typer.Option("--short", help="fewer ways and days, within a minute")] = False,
    python: Annotated[list[Path] | None, typer.Option("--python", metavar="PATH", help="another Python, 3.11 to 3.13, with NumPy and numba; repeatable; those of the PATH and of pyenv are found", show_default=False)] = None,
    json_: Json = False,
):  # fmt: skip
    """Is a run the same run, whoever lives it, when and where? Sets of case and mechanisms by ways to live them; exit status 1 if not."""
    from .experiments.determinism import determinism as tried

    with progress() as bar:
        task = bar.add_task("the first way", total=None)
        good = tried(out, short, python or (), json_, lambda what: bar.update(task, description=what))
    if not good:
        raise typer.Exit(1)


@bench.command()
def page(
    sessions: Annotated[int, typer.Option(min=1, max=50, help="visitors at once")] = 10,
    visits: Annotated[int, typer.Option(min=20, max=1000, help="visits that come and go, for what they leave behind")] = 200,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="only what needs no browser: many visitors at once, and what ended visits leave")] = True,
    json_: Json = False,
):  # fmt: skip
    """The browser page: first view, a switch, frames while it plays, bytes, memory, many visitors at once, what they leave behind."""
    from .experiments.bench import show
    from .viz import page_bench

    with progress() as bar:
        task = bar.add_task("the page", total=None)
        tables = page_bench.measured(sessions, visits, browser, lambda what: bar.update(task, description=what))
    show(out, json_, tables)


# ------------------------------------------------------------------------------------------------- a community's own log

Residents = Annotated[float | None, typer.Option(help="how many people the log is about")]
IMPORTED = ("log.csv", "log.toml", "rejected.csv", "summary.csv", "months.csv", "weekdays.csv", "log.png", "log.svg")  # what `import` writes
MappingFile = Annotated[Path | None, typer.Option("--mapping", metavar="FILE.toml", help="what its columns and categories mean; else FILE.toml beside FILE.csv")]


@app.command("import")
def import_(
    log: Annotated[Path, typer.Argument(metavar="LOG.csv", help="an issue log: one row per issue, with the days it was opened and closed, and its category")],
    opened: Annotated[str | None, typer.Option(metavar="COLUMN", help="the day it was reported; guessed from usual names")] = None,
    closed: Annotated[str | None, typer.Option(metavar="COLUMN", help="the day it was resolved; empty while it is open")] = None,
    category: Annotated[str | None, typer.Option(metavar="COLUMN", help="what kind of issue")] = None,
    place: Annotated[str | None, typer.Option(metavar="COLUMN", help="where; never guessed, for it may be somebody's address")] = None,
    id_: Annotated[str | None, typer.Option("--id", metavar="COLUMN", help="its number; twice the same is set aside")] = None,
    dates: Annotated[str | None, typer.Option(metavar="FORMAT", help="how days are written, e.g. '%d/%m/%Y'; recognised where there is one reading")] = None,
    drawn: Annotated[str | None, typer.Option(metavar="DAY", help="the day the log was drawn, as 2025-01-09; else its last date")] = None,
    residents: Residents = None, mapping: MappingFile = None,
    encoding: Annotated[str | None, typer.Option(help="e.g. utf-8, gbk; else recognised")] = None,
    delimiter: Annotated[str | None, typer.Option(help="between columns; else recognised")] = None,
    out_: Annotated[Path, typer.Option("--out", help="folder for the clean log, the rows set aside, tables and figure")] = Path("out"),
    json_: Json = False,
):  # fmt: skip
    """Read a community's own issue log: checked row by row, stripped of personal columns, summed up by category."""
    from .experiments import manifest, waiting
    from .experiments.logs import read_log, save
    from .experiments.spreadsheets import write_csv
    from .viz import figures, logs

    said = {"opened": opened, "closed": closed, "category": category, "place": place, "id": id_, "dates": dates, "drawn": drawn, "residents": residents, "encoding": encoding, "delimiter": delimiter}
    manifest.free(out_)
    one = read_log(log, mapping, **said)
    keep_inputs(out_, IMPORTED, log, mapping or log.with_suffix(".toml"))
    clean, table = save(one, out_), waiting.waiting(one)
    for name, made in (("summary", table), ("months", waiting.months(one)), ("weekdays", waiting.weekdays(one))):
        write_csv(made, out_ / f"{name}.csv")
    written = [clean.name, "rejected.csv", "summary.csv", "months.csv", "weekdays.csv"]
    manifest.leave(out_, "import", command=command(), tables=written, log=manifest.file_of(log), mapping=mapping and manifest.file_of(mapping), asked={name: value for name, value in said.items() if value is not None})
    picture = figures.save(logs.log(one), out_, "log")
    rows = {"rows": one.rows, "used": len(one.issues), "rejected": len(one.rejected)}
    if json_:
        return print_json({**rows, "drawn": f"{one.drawn:%Y-%m-%d}", "said": one.said, "summary": table.reset_index().to_dict("records"), "log": str(clean), "figure": str(picture)})
    for sentence in one.said:
        out.print(sentence, highlight=False)
    out.print(logs.waiting(table))
    out.print(f"{one.rows:,} rows in = {len(one.issues):,} used + {len(one.rejected):,} set aside.", style="bold", highlight=False)
    for reason, n in one.rejected["reason"].value_counts().head(8).items():
        out.print(f"  {n:,}: {reason}", highlight=False)
    out.print(f"Clean log: {clean} (and log.toml, rejected.csv)\nTables: {out_}\nFigure: {picture} (and .svg)", soft_wrap=True, highlight=False)


@app.command()
def calibrate(
    case: Case,
    log: Annotated[Path, typer.Option(metavar="LOG.csv", help="an issue log, as `cogov import` reads or has written it")],
    fit: Annotated[list[str] | None, typer.Option(autocompletion=complete_knob, metavar="PATH[=LOW:HIGH]", help="a parameter to fit; issues.FAMILY.KNOB is a factor on a family; repeatable; else a handful")] = None,
    trials: Annotated[int, typer.Option(help="parameter settings to try, 24 to 100,000")] = 200,
    replicates: Annotated[int, typer.Option(help="runs of each, 1 to 1,000")] = 2,
    held_out: Annotated[float, typer.Option("--held-out", help="share of the log, its last, that is not fitted to, 0.05 to 0.9")] = 0.25,
    factor: Annotated[float, typer.Option(help="by which an assumed number may be larger or smaller, 1.01 to 1,000")] = 4.0,
    method: Annotated[str, typer.Option(help="of the search: tpe or cma (need the extra `search`), or sobol")] = "tpe",
    residents: Residents = None, mapping: MappingFile = None, days: Days = None, seed: Seed = 0, set_: Set = None, on: On = None, off: Off = None,
    workers: Workers = None,
    out_: Annotated[Path, typer.Option("--out", help="folder for the fitted case, the ensemble, tables and figure")] = Path("out"),
    json_: Json = False,
):  # fmt: skip
    """Fit a case's assumed numbers to a community's own log, with intervals; score the fit on the part of the log it has not seen."""
    from .experiments import manifest
    from .experiments.calibrate import calibrate, fitted_file, planned, written
    from .experiments.logs import read_log
    from .model.cases import altered, read
    from .viz import figures, logs

    manifest.free(out_)
    one = read_log(log, mapping, residents=residents)
    scenario = altered(read(case), on or (), off or (), set_ or (), days)
    options = {"fit": fit or (), "trials": trials, "replicates": replicates, "held_out": held_out, "factor": factor, "method": method}
    planned(scenario, one, **options)
    fitted_file(out_, scenario)
    keep_inputs(out_, written(scenario), *([case] if case.endswith(".toml") else []), log, mapping or log.with_suffix(".toml"))
    ready(scenario, out_)
    with progress() as bar:
        task = bar.add_task(f"{scenario.name}: trials", total=trials)
        done = calibrate(scenario, one, **options, seed=seed, workers=workers, progress=lambda: bar.advance(task))
    path = done.save(out_, command())
    picture = figures.save(logs.calibration(done), out_, "calibration")
    if json_:
        return print_json({"verdict": done.verdict(), "parameters": done.parameters.reset_index().to_dict("records"), "scores": done.scores.reset_index().to_dict("records"), "effective": done.effective,
                                 "widened": done.widened, "said": [*one.said, *done.said], "case": str(path), "figure": str(picture)})  # fmt: skip
    for sentence in (*one.said, *done.said):
        out.print(sentence, highlight=False)
    out.print(logs.parameters(done))
    out.print(logs.scores(done))
    out.print(done.verdict(), style="bold", highlight=False)
    out.print(f"Case to go on with: {path}\nTables: {out_}\nFigure: {picture} (and .svg)", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    main()
