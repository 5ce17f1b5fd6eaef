"""`cogov serve`: the page, on this machine only."""

import os
import socket
import threading
import time
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from .model.knobs import ScenarioError
from .shell import app, ready

HERE = "127.0.0.1"
SETTINGS = {  # the page asks nothing of the network, and frees what a closed browser left
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_KERNEL_CULL_TIMEOUT": "15m",
    "SOLARA_THEME_SHOW_BANNER": "False",
}


@app.command()
def serve(
    case: Annotated[str, typer.Argument(help="name of a case (see `cogov cases`) or path of a .toml file")] = "guiyuan",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes one that is free")] = 0,
    open_: Annotated[bool, typer.Option("--open/--no-open", help="open the browser")] = True,
    lang: Annotated[str, typer.Option(help="en or zh")] = "en",
):
    """Open the page: two communities side by side, same luck, other institutions. Only this machine can see it."""
    from .model.cases import read

    if lang not in ("en", "zh"):
        raise ScenarioError(f"--lang {lang}: the page speaks en and zh")
    os.environ.update(SETTINGS)  # before Solara is loaded, for that is when it reads them
    try:
        from solara.__main__ import run
    except ImportError:
        raise ScenarioError("the page needs Solara: pip install 'cogov[page]'") from None
    ready(read(case), None)
    port = free(port)
    os.environ |= {"COGOV_CASE": str(Path(case).resolve()) if case.endswith(".toml") else case, "COGOV_LANG": lang}
    address = f"http://{HERE}:{port}"
    print(f"cogov: {address}  (Ctrl-C ends it)", flush=True)
    if open_:
        threading.Thread(target=opened, args=(port, address), daemon=True).start()
    run(["cogov.viz.app", "--production", "--no-check-version", "--no-open", "--host", HERE, "--port", str(port), "--log-level", "warning"], standalone_mode=False)


def free(port):
    """The port itself, or a free one for 0. Raises ScenarioError when it is taken."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((HERE, port))
        except OSError as error:
            raise ScenarioError(f"--port {port}: {error.strerror}; leave --port out, and a free one is taken") from None
        return one.getsockname()[1]


def opened(port, address):
    """Open the browser as soon as somebody answers."""
    for _ in range(300):
        with socket.socket() as one:
            if not one.connect_ex((HERE, port)):
                webbrowser.open(address)
                return
        time.sleep(0.1)
