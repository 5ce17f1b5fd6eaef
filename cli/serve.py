"""`cogov serve`: serve the page on this machine only, or with --classroom to everyone who has the link."""

import os
import secrets
import socket
import threading
import time
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

import typer

from ..engine.texts.errors import UserError
from .completion import complete_case
from .options import PAGE, Lang, app, prepare_run

HERE = "127.0.0.1"
SETTINGS = {  # the page makes no network requests, and frees the memory of closed browsers
    "SOLARA_APP": "cogov.viz.page.app",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_KERNEL_CULL_TIMEOUT": "15m",
    "SOLARA_THEME_SHOW_BANNER": "False",
    # all messages of one rendering are sent together, so that the browser does not wait for each
    "SOLARA_EXPERIMENTAL_PERFORMANCE": "True",
    "REACTON_FAST": "1",  # re-render only the components that may have changed
}


@app.command(rich_help_panel=PAGE)
def serve(
    case: Annotated[
        str,
        typer.Argument(
            autocompletion=complete_case, help="Name of a case (see `cogov cases`) or path of a .toml file."
        ),
    ] = "guiyuan",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any free port.")] = 0,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the browser.")] = True,
    lang: Lang = "en",
    lesson: Annotated[
        str, typer.Option(metavar="NAME", help="Start with a lesson, e.g. lamp (docs/lessons.md).")
    ] = "",
    classroom: Annotated[
        bool,
        typer.Option(
            "--classroom", help="Serve the local network; only people with the link can open the page."
        ),
    ] = False,
    bind: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS", help="Address of this machine that --classroom listens on; default: all."
        ),
    ] = "",
    proxy: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="Public URL of a reverse proxy on this machine, e.g. https://lab.example/cogov.",
        ),
    ] = "",
) -> None:
    """Open the page in the browser: one community without and with mechanisms, side by side.

    Only this machine can reach it, unless --classroom or --proxy is given.
    """
    from ..model import mechanisms
    from ..model.scenarios.cases import read_case
    from ..viz.server import server
    from ..viz.server.access_control import LOOPBACK, authority

    if lang not in ("en", "zh"):
        raise UserError("--lang {lang}: the page is in en or zh", lang=lang)
    if lesson:
        from ..viz.lessons.reader import shipped_lessons

        lesson_names = [shipped.name for shipped in shipped_lessons()]
        if lesson not in lesson_names:
            raise UserError(
                "--lesson {lesson} is unknown; there are: {lesson_names}",
                lesson=lesson,
                lesson_names=", ".join(lesson_names),
            )
    listening = bind_socket(address(classroom, bind), port)
    try:
        outside(proxy)  # raises UserError where it is not an address
        os.environ.update(SETTINGS)  # before Solara is loaded, because it reads them then
        os.environ |= {
            "COGOV_CASE": str(Path(case).resolve()) if case.endswith(".toml") else case,
            "COGOV_LANG": lang,
            "COGOV_LESSON": lesson,
        }
        port, host_names = listening.getsockname()[1], LOOPBACK
        token = secrets.token_urlsafe(16) if classroom or proxy else ""
        if classroom:
            host_names += (name := socket.gethostname().lower(), f"{name}.local")
        guarded_app = server.guard_app(port, host_names, token, proxy, arriving=classroom)
        prepare_run(
            read_case(case), None, mechanisms.list_mechanisms()
        )  # visitors may switch on any mechanism
        listening.listen(128)
        join = f"/join/{token}" if token else ""
        home = HERE if bind in ("", "0.0.0.0") else bind
        print(f"cogov: http://{authority(home, port)}{join}  (Ctrl-C to stop)", flush=True)
        if classroom or proxy:
            invite(
                (
                    proxy.rstrip("/")
                    if proxy
                    else f"http://{authority(bind if home == bind else outward(), port)}"
                )
                + join
            )
        if open_browser:
            threading.Thread(
                target=open_browser_when_ready,
                args=(port, home, f"http://{authority(home, port)}{join}"),
                daemon=True,
            ).start()
        server.build_server(guarded_app).run(sockets=[listening])
    finally:
        listening.close()


def address(classroom: bool, bind: str) -> str:
    """Return the address to listen on: the loopback address, whatever HOST says, unless `classroom`.

    Raises UserError if `bind` is given without `classroom` or is not an IP address.
    """
    if not classroom:
        if bind:
            raise UserError(
                "--bind {bind} needs --classroom: `cogov serve --classroom --bind {bind}`",
                bind=bind,
            )
        return HERE
    try:
        return str(ip_address(bind or "0.0.0.0"))
    except ValueError:
        raise UserError(
            "--bind {bind} is not an IP address; write one such as {example}", bind=bind, example=outward()
        ) from None


def outside(proxy: str) -> SplitResult:
    """Return the parts of the public URL. Raises UserError if it is not an http(s) address of a page."""
    url = urlsplit(proxy)
    if proxy and (
        url.scheme not in ("http", "https")
        or not url.hostname
        or url.query
        or url.fragment
        or "@" in url.netloc
        or not url.path.isascii()
        or "%" in url.path
    ):
        raise UserError(
            "--proxy {proxy} is not the URL of a page; write one such as https://lab.example/cogov",
            proxy=proxy,
        )
    return url


def bind_socket(host: str, port: int) -> socket.socket:
    """Return a socket bound to the port, or to a free one for 0. Raises UserError if the port is in use."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        return listening
    except OSError as error:
        listening.close()
        values = {"port": port, "reason": error.strerror}
        if host == HERE:
            raise UserError(
                "--port {port}: {reason}; without --port, a free port is used", **values
            ) from None
        raise UserError("{host}, --port {port}: {reason}", host=host, **values) from None


def outward() -> str:
    """Return the address of this machine in its local network, without sending anything."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documentation (RFC 5737), so no host has it
            return probe.getsockname()[0]
        except OSError:
            return HERE


def invite(link: str) -> None:
    """Print the link that admits visitors, also as a QR code for phones if segno is installed."""
    print(
        "\nAnyone who has this link can open the page. "
        f"The connection is encrypted only if the link begins with https:\n\n    {link}\n",
        flush=True,
    )
    try:
        import segno
    except ImportError:
        return
    segno.make(link, error="m", micro=False).terminal(compact=True)


def open_browser_when_ready(port: int, host: str, address: str) -> None:
    """Open the browser at `address` as soon as the server accepts connections; give up after 30 seconds."""
    for _ in range(300):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            if not probe.connect_ex((host, port)):
                import webbrowser  # here, so that other commands need not load it

                webbrowser.open(address)
                return
        time.sleep(0.1)
