"""The page's server: uvicorn, then AccessControl, then Solara, with our settings of each."""

from __future__ import annotations

import traceback
import warnings
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from ...engine.texts.errors import UserError
from .access_control import LINE, LOOPBACK, SILENCE, AccessControl, authority
from .responses import log_error

if TYPE_CHECKING:
    import uvicorn

MESSAGE = 512 * 1024  # bytes of a message from a browser, and thus of an uploaded file
CONNECTIONS = 600  # of all visitors: a browser opens six, and its socket
# seconds without a pong after which a socket is closed; a full class keeps a small server busy for 30
PATIENCE = 120.0
LEAVING = 3  # seconds for open requests when the server shuts down
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "stream": "ext://sys.__stderr__", "formatter": "plain"}
    },
    "loggers": {
        name: {"handlers": ["stderr"], "level": level, "propagate": False}
        for name, level in (
            ("cogov.web", "INFO"),
            ("solara", "WARNING"),
            ("reacton", "ERROR"),
            ("uvicorn", "ERROR"),
        )
    },
}


class QuietTraceback:
    """Replaces the module `traceback` in Solara and Reacton: logs what they would show to a visitor."""

    def __getattr__(self, name):
        return getattr(traceback, name)

    @staticmethod
    def format_exception(kind, error=None, *rest, **more) -> list[str]:
        """Log the error, and return a line with its number."""
        number = log_error(error if error is not None else kind, "page")
        return [f"Something went wrong here. 这里出了错。 ({number})"]


def guard_app(
    port: int,
    hosts: tuple[str, ...] = LOOPBACK,
    token: str = "",
    outside: str = "",
    arriving: bool = False,
    teacher: str = "",
    early: Any = None,
) -> AccessControl:
    """Return Solara's application behind AccessControl. Raises UserError if Solara is not installed.

    Solara reads the environment when it is first imported, so it must be set before.
    """
    try:
        import reacton.core
        import solara.server.app
        import solara.server.patch
        from solara.server import cdn_helper, kernel_context, settings, starlette
    except ImportError:
        raise UserError("the page needs Solara: pip install 'cogov[page]'") from None

    for module in (solara.server.app, solara.server.patch, reacton.core):
        module.traceback = QuietTraceback()
    cdn_helper.fetch_from_cdn = refuse_fetch
    warnings.filterwarnings("ignore", "Cookies with samesite=none")  # Response makes them Lax
    settings.main.mode, settings.main.use_pdb, settings.telemetry.mixpanel_enable = "production", False, False
    settings.main.root_path = urlsplit(outside).path.rstrip("/")
    settings.main.base_url = outside.rstrip("/") + "/" if outside else f"http://{authority(hosts[0], port)}/"
    return AccessControl(
        starlette.app,
        port,
        hosts,
        token,
        teacher,
        outside,
        lambda: kernel_context.contexts,
        settings.assets.proxy_cache_dir,
        arriving,
        early,
    )


def refuse_fetch(address: str) -> NoReturn:
    """Raise OSError instead of fetching an asset from the network; replaces a function of Solara."""
    raise OSError("nothing is fetched from the network")


def impatient_protocol() -> type:
    """Return uvicorn's HTTP protocol with a timeout for clients that send no request, which it lacks."""
    import h11
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class ImpatientProtocol(H11Protocol):
        waiting = None

        def connection_made(self, transport) -> None:
            super().connection_made(transport)
            self.waiting = self.loop.call_later(SILENCE, transport.close)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            has_request = self.conn.their_state is not h11.IDLE or not self.conn.trailing_data[0]
            if has_request and self.waiting:
                self.waiting.cancel()
                self.waiting = None
            elif not has_request and not self.waiting:
                self.waiting = self.loop.call_later(SILENCE, self.transport.close)

        def connection_lost(self, error) -> None:
            if self.waiting:
                self.waiting.cancel()
            super().connection_lost(error)

    return ImpatientProtocol


def build_server(app: AccessControl) -> uvicorn.Server:
    """Return a uvicorn server of `app`; its `run(sockets=[...])` serves on bound sockets until Ctrl-C."""
    import uvicorn

    config = uvicorn.Config(
        app,
        http=impatient_protocol(),
        loop="asyncio",
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=LOGGING,
        ws_max_size=MESSAGE,
        ws_ping_timeout=PATIENCE,
        h11_max_incomplete_event_size=LINE,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=LEAVING,
    )
    return uvicorn.Server(config)
