"""Compiled kernels are up to date or absent.

A change recompiles what depends on it; a comment recompiles nothing.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scenarios import STORM, with_mechanisms

import cogov
from cogov.engine import kernel_store, source_digests
from cogov.engine.jit import outer_kernel, struct
from cogov.engine.kernel_cache import KeptLibrary, KernelCache, describe
from cogov.model import mechanisms, precompile
from cogov.model.scenarios.cases import list_cases, read_case
from cogov.model.simulate import simulate

ROOT = Path(cogov.__file__).parent
BOARD = '''"""Notice board: it says what became of what was reported."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from cogov.engine.jit import kernel
from cogov.model.mechanisms import Mechanism


class Boards(NamedTuple):
    age: np.ndarray


@dataclass(frozen=True)
class NoticeBoard(Mechanism):
    pulls: ClassVar[tuple] = ("voice",)

    def begin(self, world, random_numbers):
        return Boards(np.zeros(len(world.buildings.compound)))

    @kernel
    def pull(m, w):
        for b in range(len(m.lever.voice)):
            m.lever.voice[b] = 0.1 + m.own.age[b]
'''


@pytest.fixture
def copied_rooms(tmp_path):
    """Copy the rooms that hold kernels, so that their files can be changed."""
    for room in ("model", "agents"):
        shutil.copytree(ROOT / room, tmp_path / "cogov" / room, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "cogov"


def list_digests(folder, monkeypatch):
    """Return {module: digest of all that its kernels depend on} of a copy."""
    monkeypatch.setattr(source_digests, "ROOT", folder)
    source_digests.kernel_digest.cache_clear()
    source_digests.find_source.cache_clear()
    found = {}
    for path in sorted(folder.rglob("*.py")):
        name = ".".join(["cogov", *path.relative_to(folder).with_suffix("").parts]).removesuffix(".__init__")
        found[name.removeprefix("cogov.")] = source_digests.kernel_digest(path, name)
    source_digests.kernel_digest.cache_clear()
    source_digests.find_source.cache_clear()
    return found


def changed_names(before, after):
    return {name for name in before if before[name] != after[name]}


def replace_in(path, old, new):
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def run_python(code, *words, **environment):
    """Run code in a new Python: (exit status, output, errors)."""
    env = {name: value for name, value in {**os.environ, **environment}.items() if value is not None}
    done = subprocess.run(
        [sys.executable, "-c", code, *words], env=env, capture_output=True, text=True, timeout=300
    )
    return done.returncode, done.stdout, done.stderr


# ---------------------------------------------------------------------------------------------- what it means


@pytest.mark.parametrize(
    "text", ["# a remark\nx = 1\n", "'''About x.'''\nx=(1)", "x = 1  # one\n\n\n", "x = 0x1", "x = \\\n    1"]
)
def test_comments_docstrings_and_formatting_mean_nothing(text):
    assert source_digests.outline(ast.parse(text)) == source_digests.outline(ast.parse("x = 1"))


@pytest.mark.parametrize(
    "text",
    [
        "x = 2",
        "x = 1.0",
        "x = '1'",
        "y = 1",
        "x = -1",
        "x = True",
        "x: int = 1",
        "x = None",
        "x = ''",
        "x = []",
        "x += 1",
        "x = 1; x",
    ],
)
def test_everything_else_means_something(text):
    assert source_digests.outline(ast.parse(text)) != source_digests.outline(ast.parse("x = 1"))


def test_a_comment_leaves_every_digest_and_the_version(copied_rooms, monkeypatch):
    before = list_digests(copied_rooms, monkeypatch)
    version = source_digests.version(outside=())
    for path in copied_rooms.rglob("*.py"):
        path.write_text(
            "# a remark\n" + path.read_text("utf-8").replace("\n\n\n", "\n\n\n\n# another\n\n"), "utf-8"
        )
    assert list_digests(copied_rooms, monkeypatch) == before and source_digests.version(outside=()) == version


@pytest.mark.parametrize(
    ["file", "old", "new", "dependants"],
    [
        (
            "model/mechanisms/whistle.py",
            "from dataclasses import dataclass\n",
            "from dataclasses import dataclass\n\nHELD = 2\n",
            {"model.mechanisms.whistle"},
        ),
        (
            "model/resources/allocation.py",
            "have[COMMITTEE] += k.committee",
            "have[COMMITTEE] += 5.0 * k.committee",
            None,
        ),
        (
            "model/day.py",
            "LINES_PER_ISSUE = 10",
            "LINES_PER_ISSUE = 11",
            {
                "model.mesa.model",
                "model.day",
                "model.simulate",
                "model.street",
                "model.precompile",
                "model.world",
                "model.mechanism_runtime",
                "model.mechanism_guard",
            },
        ),
    ],
)
def test_a_change_reaches_the_file_and_those_that_import_it_and_no_other(
    copied_rooms, monkeypatch, file, old, new, dependants
):
    """hours.py: the committee has five times its hours, and once the old kernels were still used."""
    before, version = list_digests(copied_rooms, monkeypatch), source_digests.version(outside=())
    replace_in(copied_rooms / file, old, new)
    moved = changed_names(before, list_digests(copied_rooms, monkeypatch))
    if dependants is None:
        assert {"model.resources.allocation", "model.day", "model.simulate"} <= moved and not {
            "model.issues.processing",
            "model.issues.reporting",
            "model.issues.arrivals",
        } & moved
    else:
        assert moved == dependants
    assert source_digests.version(outside=()) != version


SNIPPET = """@kernel
def f(a, *b, c: float = 1.5, **d) -> int:
    'About f.'
    return [x async for x in f"{a!r:>{c}} b" "c" if (y := 3) and not (lambda z: z)] or {**d, 'k': -1}
"""
OUTLINE = """Module(body=[FunctionDef(name='f',args=arguments(args=[arg(arg='a')],vararg=arg(arg='b'),\
kwonlyargs=[arg(arg='c',annotation=Name(id='float'))],kw_defaults=[Constant(value=1.5)],kwarg=arg(arg='d')),\
body=[Return(value=BoolOp(op=Or(),values=[ListComp(elt=Name(id='x'),\
generators=[comprehension(target=Name(id='x'),iter=JoinedStr(values=[FormattedValue(value=Name(id='a'),\
conversion=114,format_spec=JoinedStr(values=[Constant(value='>'),FormattedValue(value=Name(id='c'),\
conversion=-1)])),Constant(value=' bc')]),ifs=[BoolOp(op=And(),values=[NamedExpr(target=Name(id='y'),\
value=Constant(value=3)),UnaryOp(op=Not(),operand=Lambda(args=arguments(args=[arg(arg='z')]),\
body=Name(id='z')))])],is_async=1)]),Dict(keys=[None,Constant(value='k')],values=[Name(id='d'),\
UnaryOp(op=USub(),operand=Constant(value=1))])]))],decorator_list=[Name(id='kernel')],\
returns=Name(id='int'))])"""


def test_every_python_says_the_same_version():
    """A sweep must be recognised after an upgrade of Python.

    The Pythons that are installed are asked, and this one's answer is written down.
    """
    assert source_digests.outline(ast.parse(SNIPPET)) == OUTLINE
    code = f"""
import sys, types
for name, path in (("cogov", {str(ROOT)!r}), ("cogov.model", {str(ROOT / "model")!r})):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [path]
from cogov.engine.source_digests import version
print(version(outside=()))
"""
    pyenv = Path(os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv"))
    for python in (
        path for minor in (11, 12, 13) for path in sorted(pyenv.glob(f"versions/3.{minor}.*/bin/python"))
    ):
        told = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True)
        assert told.stdout.strip() == source_digests.version(outside=()), told.stderr


# ----------------------------------------------------------------------------------------------- what is kept


def test_the_plan_holds_every_kernel_that_a_run_calls(monkeypatch):
    """With all mechanisms, and in every shipped case.

    A kernel that is not compiled ahead is compiled when first called, without any message about the delay.
    """
    code = """
import json, sys
from cogov.model.precompile import plan_kernels
print(json.dumps(plan_kernels(sys.argv[1:])))
"""
    names = mechanisms.list_mechanisms()
    plan = json.loads(
        subprocess.run([sys.executable, "-c", code, *names], check=True, capture_output=True).stdout
    )
    planned = {
        (f"{module}.{name}", tuple(map(describe, map(precompile.type_of, kinds))))
        for (module, name), kinds in plan
    }
    called = set()

    class Noting(KernelCache):
        compiling = []

        def load_overload(self, signature, target):
            if not self.compiling:  # otherwise it is a part of another one
                called.add((self.name, tuple(map(describe, signature))))
            found = super().load_overload(signature, target)
            if found is None:
                self.compiling.append(self.name)
            return found

        def save_overload(self, signature, result):
            self.compiling.pop()
            super().save_overload(signature, result)

    monkeypatch.setattr("cogov.engine.kernel_structs.KernelCache", Noting)
    monkeypatch.setattr("cogov.engine.jit.BOUND", {})
    fresh = {}
    for module in [
        module
        for name, module in list(sys.modules.items())
        if name.startswith(("cogov.model", "cogov.agents"))
    ]:
        for holder in [
            module,
            *(
                one
                for one in vars(module).values()
                if isinstance(one, type) and one.__module__ == module.__name__
            ),
        ]:
            for one in vars(holder).values():
                one = getattr(one, "__func__", one)
                if type(one).__name__ == "Kernel" and "dispatcher" in vars(one):
                    fresh[one] = vars(one).pop("dispatcher")
    try:
        simulate(with_mechanisms(STORM, *names), 1)
        for case in map(read_case, list_cases()):
            simulate(replace(case, days=2), 1)
    finally:
        for one, dispatcher in fresh.items():
            vars(one)["dispatcher"] = dispatcher
    assert len(called) > 80
    assert {name for name, kinds in called - planned} == set()


@outer_kernel
def twice(x):
    return 2 * x


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """Return an empty folder for kernels."""

    def forget():
        kernel_store.folders.cache_clear()
        kernel_store.writable.cache_clear()

    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    forget()
    yield tmp_path / "cogov-kernels"
    monkeypatch.undo()
    forget()


@outer_kernel
def thrice(x):
    return 3 * x


def test_a_damaged_file_is_thrown_away_and_compiled_again(folder, monkeypatch):
    monkeypatch.setattr(KernelCache, "compiled", [])

    def compile_again():
        for kernel in (twice, thrice):
            vars(kernel).pop("dispatcher", None)
        assert twice(21) == 42

    compile_again()
    (path,) = folder.glob("*twice*")
    compile_again()
    assert len(KernelCache.compiled) == 1, "the second time it was read"
    whole = path.read_bytes()
    assert thrice(14) == 42
    (other,) = folder.glob("*thrice*")
    for damaged in (
        other.read_bytes(),
        b"",
        whole[:100],
        whole[:-1],
        whole[:200] + bytes([whole[200] ^ 1]) + whole[201:],
        b"\x80\x04.",
    ):
        path.write_bytes(damaged)
        compile_again()
        assert path.read_bytes()[16:] != damaged[16:]
    assert len(KernelCache.compiled) == 8


@outer_kernel
def twice_and_one(x):
    return twice(x) + 1


def test_a_kernel_is_compiled_with_one_inside_that_came_from_disk(folder):
    for _ in range(2):
        vars(twice).pop("dispatcher", None)
        assert twice(21) == 42
    assert twice_and_one(21) == 43
    (result,) = twice.dispatcher.overloads.values()
    assert isinstance(result.library, KeptLibrary)


def test_kernels_from_disk_need_no_more_of_numba_than_what_runs_them():
    """Loading the rest takes a quarter of a second.

    Machine code that lacked something would crash the process.
    """
    code = (
        "import cogov, sys; cogov.simulate('wuzi_yard', days=40, on=sys.argv[1:]); "
        "print('numba.core.typeconv.rules' in sys.modules, 'numba.typed.typeddict' in sys.modules)"
    )
    run_python(code, *mechanisms.shipped_names())
    status, told, errors = run_python(code, *mechanisms.shipped_names())
    assert (status, told.split()) == (0, ["True", "False"]), errors


def test_types_that_another_process_could_not_load_are_not_kept(folder):
    """A user's class that cannot be imported by its name: its kernels serve this process only."""
    from typing import NamedTuple

    class Own(NamedTuple):
        column: np.ndarray

    struct(Own(np.zeros(3)))
    assert list(folder.glob("*make_struct*")) == []


@pytest.mark.slow
def test_a_compiled_mechanism_of_a_users_own_breaks_nothing_once_it_is_gone(tmp_path):
    """Its types were written to the index of one of our kernels.

    Every later command ended in a traceback.
    """
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "notice_board.py").write_text(BOARD, "utf-8")
    code = "import cogov, sys; print(cogov.simulate('wuzi_yard', days=5, on=sys.argv[1:]).measures.arisen)"
    for words, folder in (
        (["notice_board"], str(tmp_path / "own")),
        ([], None),
        (["notice_board"], str(tmp_path / "own")),
    ):
        status, told, errors = run_python(code, *words, COGOV_MECHANISMS=folder)
        assert status == 0 and float(told) > 0, errors


@pytest.mark.parametrize("home", [None, "/nowhere/to/be/found"])
def test_without_a_home_or_a_folder_that_can_be_written_it_runs_and_says_so(home, tmp_path):
    (tmp_path / "file").touch()
    code = (
        "import numpy as np; from cogov.engine.randomness import RandomNumbers; "
        "print(RandomNumbers(1)('rain', np.arange(3)).round(3).tolist())"
    )
    status, told, errors = run_python(
        code, HOME=home, XDG_CACHE_HOME=None, NUMBA_CACHE_DIR=str(tmp_path / "file" / "below")
    )
    assert (
        status == 0
        and len(told.split(",")) == 3
        and errors.count("compiled kernels cannot be kept") == 1
        and "Traceback" not in errors
    )


def test_the_folders_are_our_own_and_never_numbas(monkeypatch, tmp_path):
    """Numba's own folders know no digest: kernels of older sources would be used after an upgrade."""
    monkeypatch.setattr(kernel_store, "folders", kernel_store.folders.__wrapped__)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    package, own, *_ = kernel_store.folders()
    assert (package, own) == (ROOT / "__pycache__" / "kernels", tmp_path / "cogov" / "kernels")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # as where nobody has a home folder
    assert all(folder.is_absolute() for folder in kernel_store.folders())
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "given"))
    assert kernel_store.folders() == (tmp_path / "given" / "cogov-kernels",)


def test_among_temporary_files_only_a_folder_of_ones_own_is_taken(tmp_path):
    mine, link, open_to_all = tmp_path / "mine", tmp_path / "link", tmp_path / "open"
    assert kernel_store.is_own(mine) and mine.stat().st_mode & 0o777 == 0o700
    link.symlink_to(mine)
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    assert not kernel_store.is_own(link) and not kernel_store.is_own(open_to_all)


@pytest.mark.slow
def test_compiled_ahead_and_after_a_change_compiled_is_what_depends_on_it(tmp_path):
    """A copy of cogov, its engine compiled by several processes; then a comment changes, then a number."""
    names = "agents", "cli", "engine", "experiments", "model", "viz"
    for name in names:
        shutil.copytree(
            ROOT / name, tmp_path / "cogov" / name, ignore=shutil.ignore_patterns("__pycache__", "static")
        )
    for name in ("__init__.py", "__main__.py"):
        shutil.copy(ROOT / name, tmp_path / "cogov" / name)
    code = """
import sys
sys.path.insert(0, sys.argv[1])
sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in getattr(finder, "__module__", "")]
import cogov
assert cogov.__file__.startswith(sys.argv[1])
from cogov.model.precompile import prepare
from cogov.engine.kernel_cache import KernelCache
from cogov.model.scenarios.cases import alter_scenario, read_case
from cogov.model.simulate import simulate
ahead = prepare(["whistle"])
simulate(alter_scenario(read_case("wuzi_yard"), on=["whistle"], off=read_case("wuzi_yard").mechanisms, \
days=20), 1)
print(len(ahead), *sorted(set(ahead)), "|", *KernelCache.compiled)
"""

    def compiled_now():
        status, told, errors = run_python(code, str(tmp_path), NUMBA_CACHE_DIR=str(tmp_path / "kernels"))
        assert status == 0, errors
        ahead, _, later = told.partition("|")
        assert not later.split(), "all that a run calls was compiled ahead"
        return ahead.split()

    assert int(compiled_now()[0]) > 50
    whistle = tmp_path / "cogov" / "model" / "mechanisms" / "whistle.py"
    whistle.write_text("# a remark\n" + whistle.read_text("utf-8"), "utf-8")
    assert compiled_now() == ["0"]
    text = whistle.read_text("utf-8")
    whistle.write_text(
        text.replace("from . import Count, Mechanism\n", "from . import Count, Mechanism\n\nHELD = 2\n"),
        "utf-8",
    )
    assert whistle.read_text("utf-8") != text
    count, *which = compiled_now()
    assert int(count) > 0 and all(name.startswith("cogov.model.mechanisms.whistle.") for name in which)


def test_what_compiles_ahead_finds_what_makes_structs():
    """It is looked up by name there; with a wrong name everything would be compiled when it is called."""
    from cogov.engine.kernel_structs import make_struct

    assert precompile.find(*precompile.MAKE_STRUCT) is make_struct
