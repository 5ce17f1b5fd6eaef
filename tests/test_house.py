"""Who may know whom. The arrows point one way, and this file is the only place where they are written down."""

import ast
import doctest
import re
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

import cogov

ROOT = Path(cogov.__file__).parent
LEAVES = {"model.knobs", "model.luck", "model.compiled", "model.cores", "model.structs", "model.sources", "model.kernel_cache", "model.kernel_store", "model.places", "model.release"}  # open to all, and know nobody but each other
MAY = {  # room -> rooms it may import from
    "agents": {"agents"},
    "model": {"model", "agents"},
    "experiments": {"experiments", "model"},
    "viz": {"viz", "experiments", "model"},
}
LEVERS = {"model.knobs", "model.pull", "model.issues", "model.hours", "model.categories"}  # what a mechanism may know
OUTSIDE = {  # room -> packages it may use beside Python's own; where there is no line, any that is declared
    "model.mechanisms": {"numpy"},
    "model": {"numpy", "numba", "mesa"},
    "agents": {"numpy", "numba", "mesa"},
}
MESA = {"model.community", "agents.views", "experiments.overhead"}  # the Mesa face, and who times it; a run that nobody looks into knows nothing of it
FILES = sorted(p for room in MAY for p in (ROOT / room).rglob("*.py"))


def called(path):
    """'room.file' of a file; a package by its folder."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def told(path):
    """The imports of a file, wherever in it they stand: (line, 'room.file' or None, name) within cogov and without."""
    here, found = path.relative_to(ROOT).parent.parts, []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += ((node.lineno, None, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.append((node.lineno, None, node.module))
        elif isinstance(node, ast.ImportFrom):
            base = [*here[: len(here) - node.level + 1], *(node.module.split(".") if node.module else ())]
            for alias in node.names:  # a file of that name in that folder, or something in the file that the base is
                deeper = ROOT.joinpath(*base, alias.name)
                found.append((node.lineno, ".".join([*base, alias.name] if deeper.with_suffix(".py").exists() or deeper.is_dir() else base), alias.name))
    return found


def siblings(path):
    return {(line, name) for line, name, _ in told(path) if name is not None}


def strangers(path):
    return {(line, name.partition(".")[0]) for line, sibling, name in told(path) if sibling is None}


every_file = pytest.mark.parametrize("path", FILES, ids=called)


@every_file
def test_arrows_point_down(path):
    room = called(path).partition(".")[0]
    wrong = {(line, name) for line, name in siblings(path) if name not in LEAVES and name.partition(".")[0] not in MAY[room]}
    assert not wrong, f"{called(path)} must not know {wrong}"


@pytest.mark.parametrize("leaf", sorted(LEAVES))
def test_leaves_know_nobody_but_each_other(leaf):
    assert {name for _, name in siblings(ROOT.joinpath(*leaf.split(".")).with_suffix(".py"))} <= LEAVES


@pytest.mark.parametrize("path", sorted((ROOT / "model" / "mechanisms").glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_a_mechanism_knows_the_levers_and_nothing_else(path):
    """Never another mechanism, the world or the day; of its own folder only what every mechanism is."""
    assert {name for _, name in siblings(path)} <= LEVERS | LEAVES | {"model.mechanisms"}
    assert {alias for _, name, alias in told(path) if name == "model.mechanisms"} == {"Mechanism"}


@every_file
def test_rooms_use_few_tools(path):
    """Nobody finds its own house by the front door, and the model needs neither tables nor pictures."""
    name = called(path)
    allowed = next((OUTSIDE[room] for room in OUTSIDE if f"{name}.".startswith(f"{room}.")), None)
    found = {stranger for _, stranger in strangers(path)} - set(sys.stdlib_module_names)
    assert "cogov" not in found, f"{name}: say `from ..`, or the package is loaded twice where it goes by another name"
    assert allowed is None or found <= allowed, f"{name} must not use {found - allowed}"
    assert "mesa" not in found or name in MESA


def test_nobody_draws_but_the_front_door_opens_the_gallery():
    """Pictures are imported by the command line, and then only by those of its commands that draw."""
    assert [called(path) for path in FILES if any(name.startswith("viz") for _, name in siblings(path)) and called(path).partition(".")[0] != "viz"] == []
    for path in (path for path in (ROOT / "__init__.py", ROOT / "__main__.py") if path.exists()):
        at_once = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.ImportFrom) and node.level]
        assert not any("viz" in ast.unparse(node) or "experiments" in ast.unparse(node) for node in at_once)
    assert "viz" not in (ROOT / "__init__.py").read_text("utf-8")


PRODUCT = [*ROOT.glob("*.py"), *FILES]
ONE_PLACE = {  # what is done in one place only -> (how it is written, where it may be)
    "counting cores": (r"cpu_count|sched_getaffinity", {"model.cores"}),
    "loading matplotlib": (r"(?m)^\s*(?:import|from) matplotlib", {"viz.plotting"}),
    "taking text for markup": (r"rich\.markup|markup=True|from_markup|\[/\]|(?<!Plain)Console\(|TextColumn\(\"", {"experiments.consoles"}),
    "writing a table as CSV": (r"\.to_csv\((?!index=False\))|csv\.writer", {"experiments.spreadsheets", "experiments.book"}),
    "printing JSON": (r"print\(json\.dumps", {"experiments.output", "experiments.ways", "model.precompile"}),  # of the latter two: to their own parent
    "asking for the version of cogov": (r"""version\(["']cogov""", {"model.release"}),
}


@pytest.mark.parametrize("what", ONE_PLACE)
def test_what_is_done_in_one_place_is_done_nowhere_else(what):
    pattern, places = ONE_PLACE[what]
    assert {called(path) for path in PRODUCT if re.search(pattern, path.read_text("utf-8"))} <= places


def test_whatever_prints_prints_to_any_stream():
    """Every file that can be run by itself, of the tests' tools too, and the command line."""
    run = [path for path in (*PRODUCT, *(path for path in (ROOT / "tests").glob("*.py") if not path.name.startswith("test_"))) if '\nif __name__ == "__main__":' in path.read_text("utf-8")]
    assert {path.name for path in run} >= {"__main__.py", "trust.py", "fuzz.py", "mutants.py"}
    assert [path.name for path in run if "safe_streams()" not in path.read_text("utf-8") and path.name != "audit.py"] == []


def test_a_run_loads_neither_mesa_nor_tables_nor_pictures():
    """A worker of a sweep pays for what it uses only; asked of a fresh Python."""
    code = "import sys; from cogov.model.simulate import simulate; from cogov.model.scenario import Scenario; simulate(Scenario(days=1), 1); print(*sys.modules)"
    loaded = set(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split())
    assert "cogov.model.day" in loaded
    assert loaded & {"mesa", "pandas", "matplotlib", "solara", "cogov.viz", "cogov.experiments", "cogov.agents.views", "cogov.model.community"} == set()


def test_importing_cogov_costs_nothing():
    code = "import sys; import cogov; print(*(m for m in sys.modules if m.startswith(('cogov', 'numpy', 'mesa', 'numba'))))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split() == ["cogov"]


def test_nothing_is_loaded_twice():
    """pytest finds the package's root by two names, unless it is told where to stop looking."""
    for path in FILES:
        import_module(f"cogov.{called(path)}")
    loaded = [Path(m.__file__).resolve() for m in list(sys.modules.values()) if getattr(m, "__file__", None)]
    ours = [path for path in loaded if path.is_relative_to(ROOT) and path.suffix == ".py" and ".venv" not in path.parts]
    assert len(ours) > len(FILES)
    assert sorted({path for path in ours if ours.count(path) > 1}) == []


@every_file
def test_examples_in_docstrings(path):
    assert doctest.testmod(import_module(f"cogov.{called(path)}")).failed == 0


@every_file
def test_a_file_says_what_it_is_about(path):
    first = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0]
    assert first[:1].isascii() and first.endswith((".", "?")), f"{called(path)}: its first line is {first!r}"
