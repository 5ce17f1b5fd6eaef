"""Check who may import whom. Imports go one way, and only this file writes the order down."""

import ast
import doctest
import re
import subprocess
import sys
import tomllib
from collections import Counter
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

import cogov
from cogov.engine.source_digests import walk_at_run_time

ROOT = Path(cogov.__file__).parent
FLOORS = (  # the lowest first; a room may import itself and rooms on lower floors, no other one
    "engine.texts",
    "engine",
    "agents",
    "model.places",
    "model.issues",
    "model.resources",
    "model.mechanisms",
    "model.scenarios",
    "model.measures",
    "model",  # its own files; the folders in it have their own floors
    "model.mesa, reference, experiments.files, experiments.execution, experiments.observation, "
    "experiments.statistics, experiments.evidence",
    "experiments.comparison, experiments.sweep, experiments.logs",
    "experiments.exploration, experiments.calibration, experiments.city, experiments.robustness",
    "experiments.validation, experiments.narrative",
    "viz.i18n",
    "viz.text, viz.server",
    "viz.figures, viz.lessons",
    "viz.brief, viz",
    "viz.screen",
    "viz.page",
    "viz.results",
    "bench.tables",
    "bench.page, bench.workload",
    "bench",
    "cli",
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms.split(", ")}
UPWARD = {  # (from, to): why it may
    (
        "model.mechanism_guard",
        "model.simulate",
    ): "a kernel of a user's own is tried in a small community; imported when that is done",
}
# what a mechanism may import
LEVERS = {
    "model.resources.levers",
    "model.resources.asking",
    "model.resources.captain_posts",
    "model.issues.issue_table",
    "model.resources.allocation",
    "model.issues.categories",
    "model.issues.contributions",
}
OUTSIDE = {  # room -> packages it may use besides Python's own; where there is no line, any declared one
    "model.mechanisms": {"numpy"},
    "reference": {"numpy"},
    "engine": {"numpy", "numba", "llvmlite"},
    "model": {"numpy", "numba", "mesa"},
    "agents": {"numpy", "numba"},
}
# the Mesa interface, and its benchmark; a run that nobody inspects does not load it
MESA = {
    "model.mesa.model",
    "model.mesa.agents",
    "bench.sweep_overhead",
    "bench.workload.agents",
}
TOP = ("engine", "agents", "model", "reference", "experiments", "viz", "bench", "cli")
FILES = sorted(p for room in TOP for p in (ROOT / room).rglob("*.py"))


def module_name(path):
    """Return 'room.file' of a file; a package is called by its folder."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def list_imports(path):
    """List the imports of a file, wherever they stand.

    Each is (line, 'room.file' or None, name), within cogov and outside.
    """
    here, found = path.relative_to(ROOT).parent.parts, []
    for node in walk_at_run_time(ast.parse(path.read_text("utf-8"))):  # imports for types only do not count
        if isinstance(node, ast.Import):
            found += ((node.lineno, None, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.append((node.lineno, None, node.module))
        elif isinstance(node, ast.ImportFrom):
            base = [*here[: len(here) - node.level + 1], *(node.module.split(".") if node.module else ())]
            for (
                alias
            ) in node.names:  # a file of that name in that folder, or something in the file that the base is
                deeper = ROOT.joinpath(*base, alias.name)
                found.append(
                    (
                        node.lineno,
                        ".".join(
                            [*base, alias.name]
                            if deeper.with_suffix(".py").exists() or deeper.is_dir()
                            else base
                        ),
                        alias.name,
                    )
                )
    return found


def siblings(path):
    return {(line, name) for line, name, _ in list_imports(path) if name is not None}


def strangers(path):
    return {(line, name.partition(".")[0]) for line, sibling, name in list_imports(path) if sibling is None}


every_file = pytest.mark.parametrize("path", FILES, ids=module_name)


def room_of(name):
    """Return the room of FLOORS that a file is in."""
    return max((room for room in FLOOR if f"{name}.".startswith(f"{room}.")), key=len, default=None)


@every_file
def test_imports_point_down(path):
    name, room = module_name(path), room_of(module_name(path))
    assert room or name == "experiments", f"{name} is in no room of FLOORS"
    targets = {(line, to, room_of(to)) for line, to in siblings(path)}
    wrong = {
        (line, to)
        for line, to, other in targets
        if other != room and FLOOR[other] >= FLOOR[room] and (name, to) not in UPWARD
    }
    assert not wrong, f"{name} must not import {wrong}"


def test_every_folder_of_python_is_a_room():
    folders = {module_name(path) for path in FILES if path.name == "__init__.py"}
    assert folders - {"experiments", "reference.mechanisms", "cli.assistant", "cli.own_community"} == {
        room for room in FLOOR if (ROOT / room.replace(".", "/")).is_dir()
    }


def test_statistics_know_nothing_of_the_disk():
    for path in (ROOT / "experiments" / "statistics").glob("*.py"):
        assert not {name for _, name in strangers(path)} & {
            "pathlib",
            "os",
            "sqlite3",
            "pyarrow",
            "shutil",
            "tempfile",
        }, path.name


def test_no_folder_holds_more_than_one_can_take_in():
    """Except for mechanisms, which are one file each."""
    counts = Counter(path.parent for path in FILES if "mechanisms" not in path.parts)
    assert {folder.name: count for folder, count in counts.items() if count > 15} == {}


MANY_QUESTIONS = {
    "calibrate",
    "compare",
    "mechanism_effects",
    "search",
}  # as many arguments as their commands have options


@every_file
def test_a_file_can_be_read_in_one_sitting(path):
    """At most 400 lines; and, except for commands, at most eight parameters for a function."""
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 400
    if path.relative_to(ROOT).parts[0] == "cli":
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name not in MANY_QUESTIONS:
            count = len(node.args.posonlyargs + node.args.args + node.args.kwonlyargs)
            assert count <= 8, f"{node.name} has {count} parameters; hand some of them together"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "model" / "mechanisms").glob("[a-z]*.py")), ids=lambda path: path.stem
)
def test_a_mechanism_knows_the_levers_and_nothing_else(path):
    """Never another mechanism, the world or the day; of its own folder only what a mechanism is."""
    assert {name for _, name in siblings(path)} <= LEVERS | {
        name for path in FILES if (name := module_name(path)).startswith("engine.")
    } | {"model.mechanisms"}
    assert {alias for _, name, alias in list_imports(path) if name == "model.mechanisms"} == {
        "Count",
        "Mechanism",
    }


@every_file
def test_rooms_use_few_tools(path):
    """No file imports its own room through the package root.

    The model uses neither tables nor figures.
    """
    name = module_name(path)
    # mechanisms before the rest of the model
    allowed = next((OUTSIDE[room] for room in OUTSIDE if f"{name}.".startswith(f"{room}.")), None)
    found = {stranger for _, stranger in strangers(path)} - set(sys.stdlib_module_names)
    assert "cogov" not in found, (
        f"{name}: say `from ..`, or the package is loaded twice where it goes by another name"
    )
    assert allowed is None or found <= allowed, f"{name} must not use {found - allowed}"
    assert "mesa" not in found or name in MESA


def test_the_command_line_loads_pictures_and_experiments_with_the_command_that_needs_them():
    """Its files import at once only what every command needs."""
    for path in (*(ROOT / "cli").glob("*.py"), ROOT / "__init__.py", ROOT / "__main__.py"):
        at_once = [
            node
            for node in ast.parse(path.read_text("utf-8")).body
            if isinstance(node, ast.ImportFrom) and node.level
        ]
        named = {ast.unparse(node) for node in at_once} - {"from ..viz.text.console import PlainConsole"}
        assert not any(f"..{room}" in name for name in named for room in ("viz", "experiments", "bench")), (
            path.name,
            named,
        )


PRODUCT = [*ROOT.glob("*.py"), *FILES]
ONE_PLACE = {  # what is done in one place only -> (how it is written, where it may be)
    "counting cores": (r"cpu_count|sched_getaffinity", {"engine.cores"}),
    "loading matplotlib": (r"(?m)^\s*(?:import|from) matplotlib", {"viz.figures.plotting"}),
    "taking text for markup": (
        r"rich\.markup|markup=True|from_markup|\[/\]|(?<!Plain)Console\(|TextColumn\(\"",
        {"viz.text.console"},
    ),
    "writing a table as CSV": (
        r"\.to_csv\((?!index=False\))|csv\.writer",
        {"experiments.files.csv_tables", "experiments.exploration.trial_log"},
    ),
    "printing JSON": (
        r"print\(json\.dumps",
        {"engine.output", "bench.execution_modes", "model.precompile"},
    ),  # of the latter two: to their own parent
    "asking for the version of cogov": (r"""version\(["']cogov""", {"engine.release"}),
}


@pytest.mark.parametrize("what", ONE_PLACE)
def test_what_is_done_in_one_place_is_done_nowhere_else(what):
    pattern, places = ONE_PLACE[what]
    assert {module_name(path) for path in PRODUCT if re.search(pattern, path.read_text("utf-8"))} <= places


def test_whatever_prints_prints_to_any_stream():
    """Every file that can be run as a script, tools of the tests included, and the command line."""
    run = [
        path
        for path in (*PRODUCT, *(path for path in (ROOT / "tools").glob("*.py")))
        if '\nif __name__ == "__main__":' in path.read_text("utf-8")
    ]
    assert {path.name for path in run} >= {"verification_report.py", "fuzz.py", "mutants.py"}
    assert [
        path.name
        for path in run
        if "safe_streams()" not in path.read_text("utf-8")
        and path.name not in ("audit.py", "check_types.py", "__main__.py")
    ] == []


def test_a_run_loads_neither_mesa_nor_tables_nor_pictures():
    """A worker of a sweep loads only what it uses; checked in a new Python process."""
    code = (
        "import sys; from cogov.model.simulate import simulate; "
        "from cogov.model.scenarios.scenario import Scenario; "
        "simulate(Scenario(days=1), 1); print(*sys.modules)"
    )
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        ).stdout.split()
    )
    assert "cogov.model.day" in loaded
    assert (
        loaded
        & {
            "mesa",
            "pandas",
            "matplotlib",
            "solara",
            "cogov.viz",
            "cogov.experiments",
            "cogov.model.mesa.agents",
            "cogov.model.mesa.model",
        }
        == set()
    )


def test_types_are_checked_of_every_name_that_cogov_exports():
    """What is imported lazily is written down twice, the second time for mypy and for editors."""
    (block,) = (
        node
        for node in ast.parse((ROOT / "__init__.py").read_text("utf-8")).body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    assert {alias.asname: node.module for node in imports for alias in node.names} == cogov._WHERE
    checked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]["packages"]
    assert {f"cogov.{place.partition('.')[0]}" for place in cogov._WHERE.values()} <= set(checked)


def test_importing_cogov_costs_nothing():
    code = (
        "import sys; import cogov; "
        "print(*(m for m in sys.modules if m.startswith(('cogov', 'numpy', 'mesa', 'numba'))))"
    )
    assert subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split() == ["cogov"]


def test_nothing_is_loaded_twice():
    """pytest finds the package's root under two names unless confcutdir stops its search."""
    for path in FILES:
        import_module(f"cogov.{module_name(path)}")
    loaded = [Path(m.__file__).resolve() for m in list(sys.modules.values()) if getattr(m, "__file__", None)]
    ours = [
        path
        for path in loaded
        if path.is_relative_to(ROOT) and path.suffix == ".py" and ".venv" not in path.parts
    ]
    assert len(ours) > len(FILES)
    assert sorted({path for path in ours if ours.count(path) > 1}) == []


@every_file
def test_examples_in_docstrings(path):
    assert doctest.testmod(import_module(f"cogov.{module_name(path)}")).failed == 0


@every_file
def test_a_file_says_what_it_is_about(path):
    first = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0]
    assert first[:1].isascii() and first.endswith((".", "?")), (
        f"{module_name(path)}: its first line is {first!r}"
    )
