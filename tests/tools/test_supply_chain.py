"""What cogov consists of, and what its own code must never do.

Each check is given an offender, to show that it works.
"""

import ast
import json
import re
import sys
from email import message_from_string
from functools import cache
from pathlib import Path

import audit
import licences as licence_texts
import pytest
from packaging.markers import Marker

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
HELD = audit.packages(LOCK)
# at the top; these are not shipped, or not ours
ELSEWHERE = {
    "tests",
    "tools",
    "build",
    "dist",
    "out",
}


# ---- the auditor

ADVISORY = {"id": "PYSEC-2099-1", "aliases": ["CVE-2099-1"], "fix_versions": ["99.1"]}


def auditor(unsafe=(), unseen=(), source="pypi", blind=()):
    """Install a pip-audit that reaches one source, and knows the canary.

    At the `blind`-th request it does not know it.
    """
    times = []

    def ask(where, held):
        if where != source:
            raise audit.Unanswered("could not connect")
        times.append(1)
        bad = {*unsafe, *({audit.CANARY.name} if len(times) not in blind else ())}
        report = [
            {"name": p.name, "version": p.version, "vulns": [ADVISORY] if p.name in bad else []}
            for p in held
            if p.name not in unseen
        ]
        return report + [{"name": name, "skip_reason": "Dependency not found"} for name in unseen]

    return ask


def test_an_audit_that_finds_nothing_has_seen_every_package_of_the_lock():
    status, lines = audit.audit(HELD, auditor())
    assert status == 0 and f"{len(HELD)} packages audited by pypi" in lines[0]


def test_what_is_found_is_red_and_named():
    status, lines = audit.audit(HELD, auditor(unsafe={"jinja2"}))
    assert status == 1 and re.match(r"unsafe: jinja2 \S+: PYSEC-2099-1 CVE-2099-1, fixed in 99\.1$", lines[0])


def test_packages_of_other_pythons_are_audited_too_and_counted_apart():
    others = [p for p in HELD if p.marker and not Marker(p.marker).evaluate()]
    status, lines = audit.audit(HELD, auditor(unsafe={others[0].name}))
    assert (
        status == 1
        and f"unsafe: {others[0].name}" in lines[0]
        and f"{len(HELD) - len(others)} for this Python and {len(others)} for others" in lines[-1]
    )


@pytest.mark.parametrize("time", [1, 2, 3])
def test_an_auditor_that_misses_the_canary_is_red(time):
    status, lines = audit.audit(HELD, auditor(blind={time}))
    assert status == 1 and lines[0].startswith("blind: ")


def test_fewer_packages_than_the_lock_holds_are_red():
    status, lines = audit.audit(HELD, auditor(unseen={"alembic"}))
    assert status == 1 and lines[0].startswith(
        f"half audited: {len(HELD) - 1} of the lock's {len(HELD)} packages; not alembic"
    )


def test_an_empty_lock_is_red():
    assert audit.audit([], auditor())[0] == 1


def test_where_no_source_answers_nothing_is_said_to_be_clean():
    status, lines = audit.audit(HELD, auditor(source="nowhere"))
    assert (
        status == 3
        and lines[0].startswith("not audited: ")
        and {"  pypi: could not connect", "  osv: could not connect"} <= set(lines)
    )


def test_the_next_source_is_asked_where_the_first_does_not_answer():
    status, lines = audit.audit(HELD, auditor(source="osv"))
    assert status == 0 and "audited by osv" in lines[0]


def test_a_source_that_falls_silent_half_way_is_red():
    def ask(source, held):
        if len(held) > 1:
            raise audit.Unanswered("503")
        return auditor()(source, held)

    status, lines = audit.audit(HELD, ask)
    assert status == 1 and lines[0].startswith("half audited: ") and "503" in lines[0]


def test_pip_audit_that_ends_without_a_report_has_not_answered(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(audit.Unanswered):
        audit.asked("pypi", [audit.CANARY])


def test_every_entry_of_the_lock_is_read_and_asked_about_once():
    assert len(HELD) == len(re.findall(r"^\w.*==", LOCK, re.M)) > 100
    assert sorted(p for some in audit.rounds(HELD) for p in some) == sorted(HELD)
    assert all(len({p.name for p in some}) == len(some) for some in audit.rounds(HELD))
    assert audit.CANARY.name not in {p.name for p in HELD}


@pytest.mark.parametrize("entry", ["jinja2>=3 \\\n    --hash=sha256:" + "0" * 64, "jinja2==3.1.6", "-e ."])
def test_an_entry_that_cannot_be_read_is_refused(entry):
    with pytest.raises(ValueError, match="is no name==version with hashes"):
        audit.packages(f"{entry}\n")


# ---- the bill of materials, and licences

STRONG = {  # GPL is named by these, and why they may be used all the same
    "matplotlib": "carries FreeType, under the FTL or the GPL, whichever one likes: the FTL",
    **dict.fromkeys(
        ("numpy", "scipy"),
        (
            "their wheels carry GCC's libgfortran, whose runtime library exception leaves free what is "
            "linked with it"
        ),
    ),
}
LESSER = {
    **dict.fromkeys(
        ("numpy", "scipy"), "their wheels carry GCC's libquadmath, a file of its own that anyone may replace"
    ),
    "setuptools": "carries autocommand, of which nothing comes into what it builds; used for building only",
}


def is_strong(told):
    return any(licence_texts.COPYLEFT.search(text) for text in told)


def is_lesser(told):
    return any(licence_texts.LESSER.search(text) for text in told)


@pytest.fixture(scope="module")
def licences():
    """Return name -> all that it says of licences, for every locked package that is installed.

    Its own licences and those of what it carries.
    """
    here = [p for p in HELD if licence_texts.find_installed(p)]
    wanted = {p for p in HELD if not p.marker or Marker(p.marker).evaluate()}
    if len(wanted & set(here)) < 0.9 * len(wanted):
        pytest.skip("what is installed here is not what is locked")
    told = {
        p: [text for metadata in licence_texts.installed(p) for text in licence_texts.statements(metadata)]
        + licence_texts.carried(p)
        for p in here
    }
    return {p.name: texts or licence_texts.titles(p) for p, texts in told.items()}


def test_every_installed_package_says_under_which_licence_it_is(licences):
    assert [name for name, texts in licences.items() if not texts] == []


def test_no_package_is_under_gpl_and_those_under_lgpl_are_listed(licences):
    assert {name for name in licences if is_strong(licences[name])} - set(STRONG) == set()
    assert {name for name in licences if is_lesser(licences[name])} - set(LESSER) == set()


@pytest.mark.skipif(sys.platform != "linux", reason="wheels for other systems carry other libraries")
def test_no_licence_is_excused_that_is_not_there(licences):
    assert [name for name in STRONG if name in licences and not is_strong(licences[name])] == []
    assert [name for name in LESSER if name in licences and not is_lesser(licences[name])] == []


@pytest.mark.parametrize(
    "field",
    [
        "License-Expression: GPL-3.0-or-later",
        "License-Expression: MIT AND AGPL-3.0-only",
        "License: GPLv2+",
        "License: GNU General Public License v3",
        "Classifier: License :: OSI Approved :: GNU General Public License v2 (GPLv2)",
        "Classifier: License :: OSI Approved :: GNU Affero General Public License v3",
        "License: MIT\nClassifier: License :: OSI Approved :: GNU General Public License (GPL)",
        "License: Affero General Public License",
    ],
)
def test_a_package_under_gpl_is_caught(field):
    assert is_strong(licence_texts.statements(message_from_string(f"Name: fake\n{field}\n")))


@pytest.mark.parametrize(
    "field",
    [
        "License-Expression: LGPL-2.1-only",
        "Classifier: License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)",
        "License: GNU Library General Public License",
    ],
)
def test_a_package_under_lgpl_is_distinguished_from_one_under_gpl(field):
    texts = licence_texts.statements(message_from_string(f"Name: fake\n{field}\n"))
    assert is_lesser(texts) and not is_strong(texts)


# ---- our own Python

NEVER = {  # module -> why none of our code may use it
    **dict.fromkeys(
        ("pickle", "_pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib", "jsonpickle"),
        "what is read runs code",
    ),
    **dict.fromkeys(("yaml", "ruamel"), "what is read may run code; TOML and JSON do not"),
    **dict.fromkeys(
        (
            "requests",
            "httpx",
            "aiohttp",
            "urllib3",
            "urllib.request",
            "http.client",
            "ftplib",
            "smtplib",
            "poplib",
            "imaplib",
            "telnetlib",
            "xmlrpc",
            "websocket",
            "websockets",
            "paramiko",
            "asyncio.open_connection",
            "tornado.httpclient",
            "fsspec",
        ),
        "nothing leaves the machine",
    ),
    **dict.fromkeys(
        ("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "pty"),
        "a shell reads it",
    ),
    "tempfile.mktemp": "somebody else may make the file first",
    **dict.fromkeys(
        ("builtins.eval", "builtins.exec", "builtins.compile", "builtins.__import__", "code", "codeop"),
        "text becomes code",
    ),
}
ASKED = {
    "multiprocessing",
    "concurrent.futures",
    "dask",
    "distributed",
    "socket",
    "socketserver",
    "http.server",
    "subprocess",
    "webbrowser",
    "ctypes",
}
BECAUSE = {  # (file, module) -> why it may
    (
        "docs/notebooks/3-a-mechanism-of-ones-own.ipynb",
        "subprocess",
    ): "runs commands of cogov and the tests of a mechanism by a list of words, no shell",
    ("experiments/execution/executors.py", "concurrent.futures"): "threads for the streets of a city",
    (
        "experiments/execution/dask_cluster.py",
        "concurrent.futures",
    ): "its face towards sweeps; nothing is sent by it",
    (
        "experiments/execution/dask_cluster.py",
        "distributed",
    ): "goes to the scheduler that the user names, over TLS, on this machine, or --insecure in so many words",
    (
        "bench/faulty_sweeps.py",
        "multiprocessing",
    ): "a process of its own that is killed on purpose; pipes between parent and child",
    ("bench/workload/rounds.py", "multiprocessing"): "times the twin and Mesa in processes of their own",
    ("bench/workload/c_program.py", "ctypes"): "calls the C program that it has just compiled",
    ("bench/workload/c_program.py", "subprocess"): "compiles the C program by a list of words, no shell",
    ("engine/kernel_structs.py", "ctypes"): "asks the C library to keep freed memory",
    ("bench/city_scaling.py", "multiprocessing"): "waits for processes of our own",
    ("bench/speed.py", "multiprocessing"): "reads a log in a process whose memory is measured",
    (
        "experiments/comparison/streaming_comparison.py",
        "concurrent.futures",
    ): "names of exceptions and a future's result, from processes of our own",
    ("experiments/exploration/search.py", "concurrent.futures"): "waits for processes of our own",
    ("experiments/sweep/sweep.py", "concurrent.futures"): "the type of an executor of the user's own",
    (
        "experiments/execution/supervisor.py",
        "concurrent.futures",
    ): "the pool: pipes between parent and child, which nobody else can write to",
    ("experiments/execution/supervisor.py", "multiprocessing"): "how the pool starts its processes",
    (
        "bench/verification_report.py",
        "subprocess",
    ): "runs cogov's own benches and scripts by a list of words, no shell",
    (
        "bench/execution_modes.py",
        "subprocess",
    ): (
        "lives runs in fresh processes, and in other Pythons that the user names, by a list of words, "
        "no shell"
    ),
    ("bench/execution_modes.py", "concurrent.futures"): "threads of its own",
    ("bench/execution_modes.py", "distributed"): "a cluster on this machine that ends with the bench",
    (
        "experiments/execution/worker_process.py",
        "multiprocessing",
    ): "a worker waits for its parent's end; nothing is received",
    (
        "engine/kernel_cache.py",
        "pickle",
    ): (
        "compiled kernels as numba keeps them, from folders that only who installed cogov, or the user, "
        "can write"
    ),
    ("model/precompile.py", "subprocess"): "this Python again, to compile in, by a list of words, no shell",
    ("model/precompile.py", "concurrent.futures"): "threads of its own that wait for those processes",
    ("cli/serve.py", "socket"): "binds and knocks at 127.0.0.1 only, to find a free port",
    ("cli/serve.py", "webbrowser"): "opens the page's own address",
    ("bench/page/page_visitors.py", "socket"): "binds and knocks at 127.0.0.1 only",
    (
        "bench/page/page_visitors.py",
        "urllib.request",
    ): "asks the server that it has started itself, at 127.0.0.1",
    ("bench/page/page_visitors.py", "websockets"): "a visitor without a browser, at the same server",
    ("bench/page/page_visitors.py", "subprocess"): "starts `cogov serve` by a list of words, no shell",
}
# methods, of whatever
CALLED = {
    "read_pickle": "what is read runs code",
    "to_pickle": "what reads it runs code",
}
# arguments that must be False if they are given
FLAGS = {
    "shell": "a shell reads it",
    "allow_pickle": "what is read runs code",
}
NAMES = {"eval", "exec", "compile", "__import__"}
SPOKEN = {"query", "eval"}  # of pandas, which executes code in a string: ours must be written out
LOADERS = {"import_module", "__import__"}


def offences(code):
    """Yield (line, what) of everything in Python code that is never allowed, or needs a reason."""
    tree = ast.parse(code)
    alias = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield from list_banned(node, name.name)
                alias[name.asname or name.name.partition(".")[0]] = (
                    name.name if name.asname else name.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for name in node.names:
                yield from list_banned(node, f"{node.module}.{name.name}")
                alias[name.asname or name.name] = f"{node.module}.{name.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in NAMES and node.id not in alias:
            yield node.lineno, f"builtins.{node.id}"
        elif isinstance(node, ast.Attribute):
            yield from ((node.lineno, node.attr) for _ in [0] if node.attr in CALLED)
            yield from list_banned(node, dotted_name(node, alias), asked=False)
        elif isinstance(node, ast.Call):
            yield from (
                (node.lineno, f"{k.arg}=")
                for k in node.keywords
                if k.arg in FLAGS and getattr(k.value, "value", None) is not False
            )
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0] if node.args else None
            if called in LOADERS and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield from list_banned(node, first.value)
            if (
                called in SPOKEN
                and isinstance(node.func, ast.Attribute)
                and not isinstance(first, ast.Constant)
            ):
                yield node.lineno, f"{called} of what is not written out"


def list_banned(node, name, asked=True):
    return [(node.lineno, module) for module in modules_of(name) if asked or module in NEVER]


@cache
def modules_of(name):
    """Return what is never allowed, or needs a reason, that a name is in."""
    return [module for module in {*NEVER, *ASKED} if f"{name}.".startswith(f"{module}.")]


def dotted_name(node, alias):
    """Return `a.b.c` under the names that were imported; "" of anything else."""
    if isinstance(node, ast.Attribute):
        return f"{left}.{node.attr}" if (left := dotted_name(node.value, alias)) else ""
    return alias.get(node.id, "") if isinstance(node, ast.Name) else ""


def our_files(suffix):
    """Return the files that are written by us and shipped, or shown in the documents."""
    tops = [
        top
        for top in ROOT.iterdir()
        if top.name not in ELSEWHERE and not top.name.startswith(".") and top.suffix != ".egg-info"
    ]
    files = (
        path for top in tops for path in (top, *top.rglob("*")) if path.suffix == suffix and path.is_file()
    )
    return sorted(
        path
        for path in files
        if not {"__pycache__", ".ipynb_checkpoints"} & set(path.relative_to(ROOT).parts)
    )


def our_python():
    """Yield (name, text) of all our Python: files and cells of notebooks.

    A shell line of a cell is no Python.
    """
    for path in our_files(".py"):
        yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
    for path in our_files(".ipynb"):
        cells = [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
        yield (
            path.relative_to(ROOT).as_posix(),
            "\n".join(re.sub(r"^[!%].*", "", "".join(cell["source"]), flags=re.M) for cell in cells),
        )


@cache
def offences_of_ours():
    return {(name, line, what) for name, text in our_python() for line, what in offences(text)}


def test_no_line_of_ours_does_what_none_may():
    assert sorted(found for found in offences_of_ours() if (found[0], found[2]) not in BECAUSE) == []


def test_no_exception_is_listed_that_is_not_needed():
    assert set(BECAUSE) - {(name, what) for name, _, what in offences_of_ours()} == set()


def test_all_python_and_all_scripts_are_looked_at():
    names = {name for name, _ in our_python()}
    assert {
        "__main__.py",
        "cli/serve.py",
        "model/day.py",
        "model/mechanisms/whistle.py",
        "agents/residents.py",
        "experiments/sweep/worker.py",
        "viz/page/app.py",
        "docs/mesa_page.py",
    } <= names
    assert (
        len(names) > 100
        and any(name.endswith(".ipynb") for name in names)
        and not any(name.startswith("tests/") for name in names)
    )
    assert {path.name for path in our_files(".js")} >= {"town.js", "chart.js"}


@pytest.mark.parametrize(
    "code, what",
    [
        *(
            (f"import {module}", module)
            for module in NEVER
            if "builtins" not in module
            and not module.startswith(("os.", "subprocess.", "tempfile.", "asyncio."))
        ),
        *((f"from {module} import loads", module) for module in ("pickle", "dill", "yaml")),
        ("import os.path, pickle as p", "pickle"),
        ("def f():\n    import marshal", "marshal"),
        ("from urllib import request", "urllib.request"),
        ("from http.client import HTTPSConnection", "http.client"),
        ("import urllib.request as u", "urllib.request"),
        ("from importlib import import_module\nimport_module('pickle')", "pickle"),
        ("__import__('dill')", "dill"),
        ("eval('1')", "builtins.eval"),
        ("exec(text)", "builtins.exec"),
        ("compile(text, '', 'exec')", "builtins.compile"),
        ("f = eval", "builtins.eval"),
        ("import builtins\nbuiltins.exec(text)", "builtins.exec"),
        ("from builtins import eval as e", "builtins.eval"),
        ("__import__(name)", "builtins.__import__"),
        ("import os\nos.system('ls')", "os.system"),
        ("import os as o\no.popen('ls')", "os.popen"),
        ("from os import system", "os.system"),
        ("import subprocess\nsubprocess.getoutput('ls')", "subprocess.getoutput"),
        ("import subprocess\nsubprocess.run('ls', shell=True)", "shell="),
        ("run('ls', shell=yes)", "shell="),
        ("import numpy as np\nnp.load(f, allow_pickle=True)", "allow_pickle="),
        ("load(f, allow_pickle=1)", "allow_pickle="),
        ("import pandas as pd\npd.read_pickle(f)", "read_pickle"),
        ("table.to_pickle(f)", "to_pickle"),
        ("import tempfile\ntempfile.mktemp()", "tempfile.mktemp"),
        ("from tempfile import mktemp", "tempfile.mktemp"),
        ("import asyncio\nasyncio.open_connection('a', 1)", "asyncio.open_connection"),
        ("import urllib\nurllib.request.urlopen(a)", "urllib.request"),
        ("table.query(asked)", "query of what is not written out"),
        ("pd.eval(f'{a}')", "eval of what is not written out"),
        *((f"import {module}", module) for module in sorted(ASKED)),
        ("from concurrent import futures", "concurrent.futures"),
        ("from multiprocessing import Pool", "multiprocessing"),
    ],
)
def test_an_offender_in_python_is_caught(code, what):
    assert what in {found for _, found in offences(code)}


@pytest.mark.parametrize(
    "code",
    [
        "import re\nre.compile('a')",
        "kernel.compile(kinds)",
        "page.evaluate('1')",
        "from .dask import pickle",
        "np.load(f, allow_pickle=False)",
        "run(['ls'], shell=False)",
        "from urllib.parse import quote",
        "from importlib.metadata import version",
        "import osmium, yamlike, requests_of_ours",
        "table.query('days > 3')",
        "'eval(1)'  # eval(1)",
    ],
)
def test_what_only_looks_like_an_offender_is_let_be(code):
    assert list(offences(code)) == []


# ---- our own JavaScript and styles

SCRIPT = {  # reason -> what a line may not contain, comments and strings included
    "text becomes code": (
        r"\beval\b|\bnew\s+Function\b|\bFunction\s*\(|\bset(?:Timeout|Interval)\s*\(\s*['\"`]|javascript:"
    ),
    "text becomes a page": (
        r"(?:inner|outer)HTML\b|\binsertAdjacentHTML\b|\bdocument\s*\.\s*write|\bcreateContextualFragment\b"
        r"|\bDOMParser\b|\bset\w*HTML\w*\b|\bsrcdoc\b"
    ),
    "asks another host": (
        r"\bfetch\b\s*\(|\b(?:XMLHttpRequest|WebSocket|WebTransport|EventSource|RTCPeerConnection|sendBeacon"
        r"|importScripts)\b"
        # a module beside it, or, in a comment, its types
        r"|\bimport\s*\((?!\"\./\w+\.js\"\)[.[])|\bimport\b[^;\n]*\bfrom\b(?! \"\./\w+\.js\";)"
        r"|\bWorker\s*\(|@import"
    ),
    "names another host": (
        r"\b(?:https?|wss?|ftp)://(?!www\.w3\.org/(?:2000/svg|1999/xlink|1999/xhtml)\b)"
        r"|['\"`(]\s*//[\w\[]"
    ),
}


ALLOWED = {  # lines of one file each, and why
    # the only place where text becomes a page: all values were escaped, and nothing else is taken
    "markup.js": ("element.innerHTML = markup.text;",),
    # asks its own server, by a path that the server wrote; the page's policy lets it ask no other
    "start.js": ("const { data, shell, films } = await (await fetch(address)).json();",),
}


def script_offences(text):
    return {why for why, pattern in SCRIPT.items() if re.search(pattern, text)}


@pytest.mark.parametrize("path", [*our_files(".js"), *our_files(".css")], ids=lambda path: path.name)
def test_no_script_of_ours_does_what_none_may(path):
    lines = enumerate(path.read_text("utf-8").splitlines(), 1)
    found = {f"{path.name}:{n}: {why}": line for n, line in lines for why in script_offences(line)}
    assert [where for where, line in found.items() if line.strip() not in ALLOWED.get(path.name, ())] == []


def test_what_is_allowed_is_there_once_and_in_one_place():
    for name, allowed in ALLOWED.items():
        text = next(path for path in our_files(".js") if path.name == name).read_text("utf-8")
        assert all(text.count(line) == 1 for line in allowed), name


SCREEN = {  # the first screen's own script, and its data as JSON, in which no tag can end
    "viz/screen/early.py": ("early = f'<script type=",),
    "viz/screen/single_file.py": ('<script type="application/json" id=', '<script type="module">'),
}


def test_no_python_of_ours_writes_a_script_or_text_into_a_page():
    lines = ((name, n, line) for name, text in our_python() for n, line in enumerate(text.splitlines(), 1))
    # what gives Solara's own scripts their nonce
    door = (
        "SCRIPT = re.compile(",
        "SCRIPT.sub(f'<script nonce=",
    )
    assert [
        (name, n)
        for name, n, line in lines
        if ("text becomes a page" in script_offences(line) or "<script" in line.lower())
        and not (name == "viz/server/responses.py" and any(one in line for one in door))
        and not (name in SCREEN and line.lstrip().startswith(SCREEN[name]))
    ] == []


@pytest.mark.parametrize(
    "line, why",
    [
        *(
            (line, "text becomes code")
            for line in (
                "eval(a)",
                "window.eval(a)",
                "new Function('a', b)",
                "Function(a)()",
                "setTimeout('a()', 1)",
                "(0, eval)(a)",
                "a.href = 'javascript:b'",
            )
        ),
        *(
            (line, "text becomes a page")
            for line in (
                "a.innerHTML = b",
                "a['innerHTML'] = b",
                "a.outerHTML = b",
                "a.insertAdjacentHTML('x', b)",
                "document.write(a)",
                "document.writeln(a)",
                "a.srcdoc = b",
                "new DOMParser()",
                "solara.HTML(unsafe_innerHTML=a)",
                "r.createContextualFragment(a)",
                "a.setHTMLUnsafe(b)",
            )
        ),
        *(
            (line, "asks another host")
            for line in (
                "fetch(a)",
                "await window.fetch (a)",
                "new XMLHttpRequest()",
                "new WebSocket(a)",
                "new EventSource(a)",
                "navigator.sendBeacon(a)",
                "await import(a)",
                "import d3 from 'd3'",
                "importScripts(a)",
                "new Worker(a)",
                "@import url(a.css);",
            )
        ),
        *(
            (line, "names another host")
            for line in (
                "a.src = 'https://example.org/a'",
                "const a = `wss://${b}`",
                "a.src = '//example.org/a'",
                "src: url(//example.org/a)",
                "src: url(http://example.org/a)",
            )
        ),
    ],
)
def test_an_offender_in_a_script_is_caught(line, why):
    assert why in script_offences(line)


@pytest.mark.parametrize(
    "line",
    [
        "const SVG = 'http://www.w3.org/2000/svg'; // a comment",
        "a.textContent = b",
        "setTimeout(() => a(), 1)",
        "const retrieval = medieval",
        "const important = from",
        "src: url(fonts/a.woff2)",
    ],
)
def test_what_only_looks_like_an_offender_in_a_script_is_let_be(line):
    assert script_offences(line) == set()
