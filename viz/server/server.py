"""The page's server: uvicorn before the Door before Solara's application; what both do otherwise here than by themselves."""

import traceback
import warnings
from urllib.parse import urlsplit

from ...engine.parameters import UserError
from .access_control import LINE, LOOPBACK, SILENCE, AccessControl, authority
from .responses import log_error

MESSAGE = 512 * 1024  # bytes that a browser may send at once, and thus of a file that is opened
CONNECTIONS = 600  # of all visitors: a browser holds six, and its socket
PATIENCE = 120.0  # seconds without a sign of life after which a socket is given up; a full class keeps a small server busy for half a minute
LEAVING = 3  # seconds that visitors get when the server ends
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
    """Stands where Solara and Reacton know the module `traceback`: what they would show a visitor is noted instead."""

    def __getattr__(self, name):
        return getattr(traceback, name)

    @staticmethod
    def format_exception(kind, error=None, *rest, **more):
        return [
            f"Something went wrong here. 这里出了错。 ({log_error(error if error is not None else kind, 'page')})"
        ]


def guard_app(port, hosts=LOOPBACK, token="", outside="", arriving=False):
    """Solara's application behind the Door. What Solara reads of the environment must stand there before it is first loaded."""
    try:
        import reacton.core
        import solara.server.app
        import solara.server.patch
        from solara.server import cdn_helper, kernel_context, settings, starlette
    except ImportError:
        raise UserError("the page needs Solara: pip install 'cogov[page]'") from None

    for module in (solara.server.app, solara.server.patch, reacton.core):
        module.traceback = QuietTraceback()
    cdn_helper.fetch_from_cdn = unreachable
    warnings.filterwarnings("ignore", "Cookies with samesite=none")  # they are made Lax on their way out
    settings.main.mode, settings.main.use_pdb, settings.telemetry.mixpanel_enable = "production", False, False
    settings.main.root_path = urlsplit(outside).path.rstrip("/")
    settings.main.base_url = outside.rstrip("/") + "/" if outside else f"http://{authority(hosts[0], port)}/"
    return AccessControl(
        starlette.app,
        port,
        hosts,
        token,
        outside,
        lambda: kernel_context.contexts,
        settings.assets.proxy_cache_dir,
        arriving,
    )


def unreachable(address):
    """Stands where Solara would ask the network for an asset."""
    raise OSError("nothing is fetched from the network")


def patient():
    """uvicorn's protocol, which lets somebody go who does not say what they want; by itself it waits for ever."""
    import h11
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Patient(H11Protocol):
        waiting = None

        def connection_made(self, transport):
            super().connection_made(transport)
            self.waiting = self.loop.call_later(SILENCE, transport.close)

        def data_received(self, data):
            super().data_received(data)
            heard = self.conn.their_state is not h11.IDLE or not self.conn.trailing_data[0]
            if heard and self.waiting:
                self.waiting.cancel()
                self.waiting = None
            elif not heard and not self.waiting:
                self.waiting = self.loop.call_later(SILENCE, self.transport.close)

        def connection_lost(self, error):
            if self.waiting:
                self.waiting.cancel()
            super().connection_lost(error)

    return Patient


def server(door):
    """uvicorn's server of a door; `run(sockets=[...])` serves on one that is bound, until Ctrl-C."""
    import uvicorn

    config = uvicorn.Config(
        door,
        http=patient(),
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
