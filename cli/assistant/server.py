"""The server: it lists tools, reads each call strictly, and answers with numbers that have their ranges.

Standard output carries the protocol only: what a library prints goes to standard error. A wrong call is an
answer that says what is wrong, never a traceback; the server lives on.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import anyio.from_thread
import anyio.to_thread
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from ...engine.output import plain, printable
from ...engine.release import project
from ...engine.renamed import suggest_names
from ...engine.texts import LANGUAGES, translate
from ...engine.texts.errors import UserError
from .choices import weigh_case
from .lookups import check_one_case, list_all_cases, list_all_knobs, list_all_mechanisms
from .quantities import ANSWER, Answer
from .requests import TOOLS, read_request, schema_of
from .simulations import Call, compare_case, run_case
from .storage import ResultFolder
from .sweep_plans import plan_sweep

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

OFTEN = 0.2  # seconds between two notices of progress
LONGEST_SECONDS = 1800.0  # that a call may take
LONGEST_ERROR = 2000  # characters of an error
INSTRUCTIONS = (
    "cogov simulates how a neighbourhood governs itself, with and without governance mechanisms, in the same "
    "community with the same random numbers. Its numbers are those of a model. Never quote one without its "
    "range (low to high), what the range holds, and the grade of its evidence: `sentence` has them all. Say "
    "which command reproduces it. Begin with list_cases and list_mechanisms; compare answers what a "
    "mechanism changes, and robust which of several is the better choice given what nobody knows."
)


class CallCancelled(Exception):
    """A call that its client has given up."""


class Assistant:
    """The tools, with the folder and the language of the command line."""

    def __init__(self, folder: Path | None = None, lang: str = "en", workers: int | None = None):
        self.folder, self.lang, self.workers = ResultFolder(folder), lang, workers
        # one simulation at a time: each uses all processes
        self.busy = threading.Lock()

    def tools(self) -> list[types.Tool]:
        """Return the description of every tool, with the schemas of its arguments and of its answer."""
        writes = self.folder.root is not None
        return [
            types.Tool(
                name=name,
                description=kind.__doc__,
                input_schema=schema_of(kind),
                output_schema=ANSWER,
                annotations=types.ToolAnnotations(
                    read_only_hint=not (writes and name in ("run", "compare", "robust")),
                    destructive_hint=False,
                    idempotent_hint=True,
                    open_world_hint=False,
                ),
            )
            for name, kind in TOOLS.items()
        ]

    def language_of(self, arguments: Any) -> str:
        """Return the language that a call asks for, even if the rest of it is wrong."""
        asked = arguments.get("language") if isinstance(arguments, dict) else ""
        return asked if asked in LANGUAGES else self.lang

    def answer(self, name: str, arguments: Any, advance: Callable[[float, float], object]) -> Answer:
        """Do what a call asks for; blocks. Raises UserError, and what `advance` raises."""
        if name not in TOOLS:
            raise UserError(
                "no tool is called {name!r}{hint}", name=name, hint=suggest_names(name, list(TOOLS))
            )
        request: Any = read_request(name, arguments)
        lang = self.language_of(arguments)
        lookups: dict[str, Callable[[Any, str], Answer]] = {
            "list_cases": list_all_cases,
            "list_mechanisms": list_all_mechanisms,
            "list_knobs": list_all_knobs,
        }
        if name in lookups:
            return lookups[name](request, lang)
        while not self.busy.acquire(timeout=OFTEN):
            advance(0, 0)
        try:
            return self.simulate(name, request, lang, advance)
        finally:
            self.busy.release()

    def simulate(
        self, name: str, request: Any, lang: str, advance: Callable[[float, float], object]
    ) -> Answer:
        """Do a call that simulates."""
        if name == "check_case":
            return check_one_case(request, lang, self.folder, lambda: advance(0, 0))
        simulations: dict[str, Callable[[Any, Call], Answer]] = {
            "run": run_case,
            "compare": compare_case,
            "robust": weigh_case,
            "sweep_plan": plan_sweep,
        }
        return simulations[name](request, Call(lang, self.folder, self.workers, advance))

    async def call(self, context: ServerRequestContext, name: str, arguments: Any) -> types.CallToolResult:
        """Answer a call in a thread of its own, with progress; stop it when its client gives it up."""
        lang = self.language_of(arguments)
        stop = threading.Event()
        told, began = 0.0, time.monotonic()

        def advance(done: float, of: float) -> None:
            nonlocal told
            now = time.monotonic()
            if stop.is_set():
                raise CallCancelled
            if now - began > LONGEST_SECONDS:
                raise UserError(
                    "{tool}: takes longer than {limit:,.0f} seconds, the wait for other calls included; "
                    "ask for fewer runs, worlds or days",
                    tool=name,
                    limit=LONGEST_SECONDS,
                )
            if of and (done == of or now - told > OFTEN):
                told = now
                words = translate(lang, "assistant", "progress", done=int(done), of=int(of))
                anyio.from_thread.run(context.session.report_progress, done, of, words)

        try:
            work = partial(self.try_to_answer, name, arguments, lang, advance)
            return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
        finally:
            stop.set()

    def try_to_answer(
        self, name: str, arguments: Any, lang: str, advance: Callable[[float, float], object]
    ) -> types.CallToolResult:
        """Return the result of a call; an error is a result that says what is wrong."""
        try:
            answer = self.answer(name, arguments, advance)
        except UserError as error:
            return failure(error.message.in_language(lang))
        except OSError as error:
            return failure(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        except CallCancelled:
            return failure(translate(lang, "assistant", "cancelled"))
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            return failure(
                translate(lang, "assistant", "defect", kind=type(error).__name__, error=str(error))
            )
        text = types.TextContent(type="text", text=answer.text(lang))
        return types.CallToolResult(content=[text], structured_content=plain(answer.as_record(lang)))


def failure(words: str) -> types.CallToolResult:
    """Return the result of a call that is wrong; what it repeats of the call is escaped, and cut short."""
    words = printable(words)
    words = words if len(words) <= LONGEST_ERROR else f"{words[:LONGEST_ERROR]} ..."
    return types.CallToolResult(content=[types.TextContent(type="text", text=words)], is_error=True)


def build_server(assistant: Assistant) -> Server:
    """Return the server of the protocol, which knows nothing of what the tools do."""

    async def list_tools(context: ServerRequestContext, params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=assistant.tools())

    async def call_tool(
        context: ServerRequestContext, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        return await assistant.call(context, params.name, params.arguments or {})

    return Server(
        "cogov",
        version=project()[0],
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def serve(assistant: Assistant) -> None:
    """Serve the protocol on standard input and output until the input ends."""
    server = build_server(assistant)

    async def run() -> None:
        async with stdio_server() as (incoming, outgoing):
            # what a user's file prints stays in the buffer until the SDK has given standard output back
            with redirect_stdout(sys.stderr):
                await server.run(incoming, outgoing, server.create_initialization_options())

    anyio.run(run)
