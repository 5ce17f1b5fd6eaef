"""Commands that show: `cogov serve` serves the page, here or in a classroom; `figure` draws for print."""

import os
import secrets
import socket
import threading
import time
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

import typer

from ..engine.texts import LANGUAGES
from ..engine.texts.errors import UserError
from .options import (
    COMPARE,
    PAGE,
    Case,
    Days,
    Fixed,
    Json,
    Lang,
    Off,
    On,
    Seed,
    Set,
    Within,
    Workers,
    Worlds,
    app,
    complete_case,
    complete_mechanism,
    out,
    prepare_run,
    print_json,
    progress,
    typed_command,
)

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
            autocompletion=complete_case,
            help="Name of a case (see `cogov cases`), path of a .toml file, or folder of a sweep.",
        ),
    ] = "osmanthus_court",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any free port.")] = 0,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the browser.")] = True,
    lang: Lang = "en",
    lesson: Annotated[
        str, typer.Option(metavar="NAME", help="Start with a lesson, e.g. lamp (docs/lessons.md).")
    ] = "",
    classroom: Annotated[
        bool,
        typer.Option(
            "--classroom",
            help="Serve the local network; only people with the link can open the page. With --lesson, the "
            "link printed for this machine leads the class.",
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
    """Open the page in the browser: one community without and with mechanisms, or a stored sweep.

    Only this machine can reach it, unless --classroom or --proxy is given.
    """
    from ..model import mechanisms
    from ..model.scenarios.cases import read_case
    from ..viz.results.stored import stored_sweep
    from ..viz.screen.communities import communities
    from ..viz.screen.early import Dress, EarlyScreen
    from ..viz.server import server
    from ..viz.server.access_control import LOOPBACK, authority

    if lang not in ("en", "zh"):
        raise UserError("--lang {lang}: the page is in en or zh", lang=lang)
    sweep, lessons = stored_sweep(case, lesson), {}
    if lesson:
        from ..viz.lessons.reader import shipped_lessons

        lessons = {shipped.name: shipped for shipped in shipped_lessons()}
        if lesson not in lessons:
            raise UserError(
                "--lesson {lesson} is unknown; there are: {lesson_names}",
                lesson=lesson,
                lesson_names=", ".join(lessons),
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
        if sweep:
            os.environ |= {"SOLARA_APP": "cogov.viz.results.app", "COGOV_SWEEP": str(sweep)}
        port, host_names = listening.getsockname()[1], LOOPBACK
        token = secrets.token_urlsafe(16) if classroom or proxy else ""
        teacher = secrets.token_urlsafe(16) if classroom and lesson else ""
        if teacher:
            from ..viz.lessons.classroom import CLASS

            CLASS.open(lessons[lesson], teacher)
        if classroom:
            host_names += (name := socket.gethostname().lower(), f"{name}.local")
        root = urlsplit(proxy).path.rstrip("/")
        early = Dress(lang) if sweep else EarlyScreen(communities(), lang, root, plays=not lesson)
        guarded_app = server.guard_app(port, host_names, token, proxy, classroom, teacher, early)
        if isinstance(early, EarlyScreen):  # visitors may switch on any mechanism
            prepare_run(read_case(case), None, mechanisms.list_mechanisms())
            early.prepare()
        listening.listen(128)
        join = f"/join/{token}" if token else ""
        own = f"/join/{teacher}" if teacher else join
        home = HERE if bind in ("", "0.0.0.0") else bind
        print(f"cogov: http://{authority(home, port)}{own}  (Ctrl-C to stop)", flush=True)
        if teacher:
            print(
                "This link leads the class: keep it to yourself. Visitors join by the other one.", flush=True
            )
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
                args=(port, home, f"http://{authority(home, port)}{own}"),
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


@app.command(rich_help_panel=COMPARE)
def figure(
    case: Case,
    mechanism: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="NAME",
            help="Mechanism to compare without and with; repeatable, then all of them together.",
        ),
    ] = None,
    chart: Annotated[
        str, typer.Option(help="Chart: comparison (all of the others), backlog, survival, hours or pairs.")
    ] = "comparison",
    journal: Annotated[
        str, typer.Option(help="Journal or medium that sets the sizes: nature, plos, thesis or slide.")
    ] = "nature",
    columns: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=2,
            help="Width in journal columns; default: 2 for a comparison, 1 for a single chart.",
        ),
    ] = None,
    lang: Lang = "en",
    format_lists: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="png, svg or pdf; repeatable, or separated by commas; default: all.",
        ),
    ] = None,
    replicates: Annotated[
        int,
        typer.Option(min=1, max=10_000, help="Pairs of runs; both runs of a pair use the same random seed."),
    ] = 20,
    worlds: Worlds = 60,
    fixed: Fixed = False,
    days: Days = None,
    seed: Seed = 0,
    settings: Set = None,
    on: On = None,
    off: Off = None,
    within: Within = 30,
    workers: Workers = None,
    out_folder: Annotated[Path, typer.Option("--out", help="Folder for the figures.")] = Path("out"),
    as_json: Json = False,
) -> None:
    """Draw figures for publication, of a case without and with a mechanism.

    Figures have the sizes that a journal requires, labels in English or Chinese, and are PNG, SVG and PDF
    files.
    """
    from ..experiments.comparison.compare import arms_of
    from ..experiments.comparison.plausible_pairs import paths_set
    from ..experiments.comparison.streaming_comparison import StreamingComparison, stream_worlds
    from ..experiments.files import manifest
    from ..experiments.statistics.plausible_effects import NONE
    from ..model.scenarios.cases import read_case
    from ..viz.figures import print_figures
    from ..viz.i18n import words

    manifest.refuse_sweep_folder(out_folder)
    formats = tuple(part for item in format_lists or print_figures.FORMATS for part in item.split(","))
    for option, given, known in (
        ("chart", chart, print_figures.CHARTS),
        ("journal", journal, print_figures.JOURNALS),
        ("lang", lang, LANGUAGES),
        *(("format", name, print_figures.FORMATS) for name in formats),
    ):
        if given not in known:
            raise UserError(
                "--{option} {given} is unknown; there are: {known}",
                option=option,
                given=given,
                known=", ".join(known),
            )
    arms = arms_of(
        read_case(case), mechanism or (), on=on or (), off=off or (), settings=settings or (), days=days
    )
    look = print_figures.look_of(journal, len(print_figures.CHARTS[chart]))
    with print_figures.journal_settings(look, lang):  # first, because it raises UserError if no font is found
        prepare_run(arms[1], out_folder)
        pairs = StreamingComparison(arms, seed=seed, within=within, workers=workers)
        worlds = 0 if fixed else worlds
        with progress() as bar:
            task = bar.add_task(f"{case}: pairs with common random numbers", total=replicates + worlds)
            for summary in pairs.until(replicates):
                bar.update(task, completed=len(summary.pairs))
            held = paths_set(arms[1], settings or ())
            stream = stream_worlds(arms, held, seed=seed, within=within, workers=workers)
            for wide in stream.until(worlds) if worlds else ():
                bar.update(task, completed=len(summary.pairs) + len(wide.pairs))
        if worlds:
            names = NONE, " + ".join(words.mechanism(lang, name) for name in mechanism or ())
            summary = replace(summary, wide=wide.sentence_of_worlds(lang, names))
        verdict = summary.verdict(lang)
        paths = print_figures.save(
            print_figures.draw_chart(summary, chart, look, columns, lang),
            out_folder,
            f"{chart}_{journal}_{lang}",
            formats,
        )
    manifest.write_manifest(
        out_folder,
        "figure",
        command=typed_command(),
        cases=[arms[1]],
        verdict=verdict,
        mechanisms=mechanism,
        **manifest.changes_as_given(on or (), off or (), settings or ()),
        chart=chart,
        journal=journal,
        lang=lang,
        replicates=len(summary.pairs),
        worlds=worlds,
        days=arms[1].days,
        seed=seed,
        within=within,
    )
    if as_json:
        return print_json({"verdict": verdict, "figures": paths})
    out.print(verdict, style="bold", highlight=False, soft_wrap=True)
    out.print("Figures: " + ", ".join(map(str, paths)), soft_wrap=True, highlight=False)
