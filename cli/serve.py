"""`cogov serve`: the page, on this machine only; with --classroom also for those who have the link."""

import os
import secrets
import socket
import threading
import time
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from ..engine.parameters import UserError
from .completion import complete_case
from .options import app, prepare_run

HERE = "127.0.0.1"
SETTINGS = {  # the page asks nothing of the network, and frees what a closed browser left
    "SOLARA_APP": "cogov.viz.page.app",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_KERNEL_CULL_TIMEOUT": "15m",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_EXPERIMENTAL_PERFORMANCE": "True",  # what is drawn is handed to the socket together, and nobody waits for each piece
    "REACTON_FAST": "1",  # of the page's pieces only those are looked at that may have changed
}


@app.command()
def serve(
    case: Annotated[
        str,
        typer.Argument(
            autocompletion=complete_case, help="name of a case (see `cogov cases`) or path of a .toml file"
        ),
    ] = "guiyuan",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes one that is free")] = 0,
    open_: Annotated[bool, typer.Option("--open/--no-open", help="open the browser")] = True,
    lang: Annotated[str, typer.Option(help="en or zh")] = "en",
    lesson: Annotated[
        str, typer.Option(metavar="NAME", help="begin in a lesson, e.g. lamp (docs/lessons.md)")
    ] = "",
    classroom: Annotated[
        bool,
        typer.Option(
            "--classroom", help="serve the network that this machine is in, to those who have the link"
        ),
    ] = False,
    bind: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS", help="of this machine, on which --classroom listens; else on all of them"
        ),
    ] = "",
    proxy: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="what others see of it where a proxy on this machine passes them on, e.g. https://lab.example/cogov",
        ),
    ] = "",
):
    """Open the page: two communities side by side, same luck, other institutions. Only this machine can see it."""
    from ..model import mechanisms
    from ..model.cases import read_case
    from ..viz.server import server
    from ..viz.server.access_control import LOOPBACK, authority

    if lang not in ("en", "zh"):
        raise UserError(f"--lang {lang}: the page speaks en and zh")
    if lesson:
        from ..viz.lessons.reader import shipped_lessons

        names = [one.name for one in shipped_lessons()]
        if lesson not in names:
            raise UserError(f"--lesson {lesson}: there are {', '.join(names)}")
    listening = bind_socket(address(classroom, bind), port)
    try:
        outside(proxy)
        os.environ.update(SETTINGS)  # before Solara is loaded, for that is when it reads them
        os.environ |= {
            "COGOV_CASE": str(Path(case).resolve()) if case.endswith(".toml") else case,
            "COGOV_LANG": lang,
            "COGOV_LESSON": lesson,
        }
        port, names = listening.getsockname()[1], LOOPBACK
        token = secrets.token_urlsafe(16) if classroom or proxy else ""
        if classroom:
            names += (name := socket.gethostname().lower(), f"{name}.local")
        door = server.guard_app(port, names, token, proxy, arriving=classroom)
        prepare_run(read_case(case), None, mechanisms.names())  # a visitor may switch any of them on
        listening.listen(128)
        join = f"/join/{token}" if token else ""
        home = HERE if bind in ("", "0.0.0.0") else bind
        print(f"cogov: http://{authority(home, port)}{join}  (Ctrl-C ends it)", flush=True)
        if classroom or proxy:
            invite(
                (
                    proxy.rstrip("/")
                    if proxy
                    else f"http://{authority(bind if home == bind else outward(), port)}"
                )
                + join
            )
        if open_:
            threading.Thread(
                target=open_browser_when_ready,
                args=(port, home, f"http://{authority(home, port)}{join}"),
                daemon=True,
            ).start()
        server.server(door).run(sockets=[listening])
    finally:
        listening.close()


def address(classroom, bind):
    """Where to listen: this machine itself, whatever HOST says, unless it is a classroom. Raises UserError."""
    if not classroom:
        if bind:
            raise UserError(
                f"--bind {bind}: only --classroom serves others; `cogov serve --classroom --bind {bind}` does"
            )
        return HERE
    try:
        return str(ip_address(bind or "0.0.0.0"))
    except ValueError:
        raise UserError(f"--bind {bind}: this is no address; one is e.g. {outward()}") from None


def outside(proxy):
    """The parts of the address that others see. Raises UserError where it is none."""
    there = urlsplit(proxy)
    if proxy and (
        there.scheme not in ("http", "https")
        or not there.hostname
        or there.query
        or there.fragment
        or "@" in there.netloc
        or not there.path.isascii()
        or "%" in there.path
    ):
        raise UserError(
            f"--proxy {proxy}: this is no address of a page; one is e.g. https://lab.example/cogov"
        )
    return there


def bind_socket(host, port):
    """A socket that has the port itself, or a free one for 0. Raises UserError when it is taken."""
    one = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        one.bind((host, port))
        return one
    except OSError as error:
        one.close()
        raise UserError(
            f"--port {port}: {error.strerror}; leave --port out, and a free one is taken"
            if host == HERE
            else f"{host}, --port {port}: {error.strerror}"
        ) from None


def outward():
    """The address of this machine in its own network; nothing is sent to find out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            one.connect(("192.0.2.1", 9))  # an address for examples, which nobody has
            return one.getsockname()[0]
        except OSError:
            return HERE


def invite(link):
    """Print the link by which others come in, also as a picture for their telephones."""
    print(
        f"\nWhoever has this link can come in, and what is sent is not encrypted unless it begins with https:\n\n    {link}\n",
        flush=True,
    )
    try:
        import segno
    except ImportError:
        return
    segno.make(link, error="m", micro=False).terminal(compact=True)


def open_browser_when_ready(port, host, address):
    """Open the browser as soon as somebody answers."""
    for _ in range(300):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as one:
            if not one.connect_ex((host, port)):
                import webbrowser  # when it is needed: who lists cases need not load it

                webbrowser.open(address)
                return
        time.sleep(0.1)
