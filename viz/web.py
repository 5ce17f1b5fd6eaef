"""Our own door before Solara's server: who may come in, by which way, how many, and what they are told when something breaks.

By itself Solara believes whatever Host, Origin and X-Script-Name it is told, fetches from the network what it has not got of
its assets (and deletes a folder there that is asked for as a file), and shows tracebacks. Through the door comes only what the
page itself asks for, spelt as the page spells it.
"""

import hmac
import logging
import re
import secrets
import traceback
import warnings
from collections import Counter
from urllib.parse import urlsplit

from ..model.knobs import ScenarioError

HERE = "127.0.0.1"
LOOPBACK = (HERE, "localhost")
SESSIONS = 60         # visits that are kept at once; a tab is one
TWICE = 2             # sockets of one visit, for one that was lost may not have noticed when the next is there
MESSAGE = 512 * 1024  # bytes that a browser may send at once, and thus of a file that is opened
LINE = 32 * 1024      # bytes of a request before its body; a link with a state in it has some 2,000
CONNECTIONS = 600     # of all visitors: a browser holds six, and its socket
SILENCE = 15.0        # seconds after which somebody who has not said what they want is let go
LEAVING = 3           # seconds that visitors get when the server ends

FILES = ("/static/", "/jupyter/nbextensions/", "/_solara/cdn/")
CDN = FILES[-1]
ASKED = ("/", "/readyz", "/resourcez")
SPELT = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[\w.@+-]+)+", re.ASCII)                            # a file: no escapes, no step up, no empty step
VISIT = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
SOCKET, READS, JOIN = "SOCKET", ("GET", "HEAD"), "/join/"
WAYS = {SOCKET: re.compile(f"/jupyter/api/kernels/{VISIT}/channels"), "POST": re.compile(f"/_solara/api/close/{VISIT}")}
PAGE = re.compile(r"(?:^|&)session_id=[\w-]{1,64}(?:&|$)", re.ASCII)
TOLD = re.compile(rb"(?:x-)?script-name|x-forwarded.*|forwarded|x-original-.*|x-rewrite-url|x-real-ip")  # what only a proxy would say
SCRIPT = re.compile(rb"<script(?=[\s>])")

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # a join link stays with us; no-referrer would have a closing tab say that it comes from nowhere
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(f"{what}=()" for what in "camera microphone geolocation usb serial midi payment display-capture browsing-topics".split()),
}
POLICY = {  # tried in Chromium without each of them: what does not work then stands beside it
    "default-src": "'none'",
    "script-src": "'self' 'nonce-{nonce}' 'unsafe-eval' blob:",  # eval: Vue makes functions of its templates, else no page; blob: anywidget loads its scripts from one, else no town
    "style-src": "'self' 'unsafe-inline'",                       # Vuetify and the town write styles into elements and the head
    "img-src": "'self' blob:",                                   # a chart that is saved as PNG is drawn from a blob
    "font-src": "'self' data:",                                  # icons
    "connect-src": "'self' {socket}",                            # older Safari does not count a socket among what is its own
    "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'",
}  # fmt: skip

FULL = f"This page has {SESSIONS} visitors, and room for no more. Come again in a few minutes.\n来的人已经满了，请过几分钟再来。\n"
STRANGER = "Come in by the link that you were given: it ends with /join/ and a word.\n请用发给你的链接进来。\n"
JOINED = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={root}/"><title>cogov</title><a href="{root}/">cogov</a>'

LOG = logging.getLogger("cogov.web")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": "ext://sys.__stderr__", "formatter": "plain"}},
    "loggers": {name: {"handlers": ["stderr"], "level": level, "propagate": False} for name, level in (("cogov.web", "INFO"), ("solara", "WARNING"), ("reacton", "ERROR"), ("uvicorn", "ERROR"))},
}


def noted(error, where):
    """The id under which an error now stands in the server's own log; visitors are told no more."""
    name = secrets.token_hex(4)
    LOG.error("%s: error %s\n%s", where, name, "".join(traceback.format_exception(error)).rstrip())
    return f"error {name}"


class Discreet:
    """Stands where Solara and Reacton know the module `traceback`: what they would show a visitor is noted instead."""

    def __getattr__(self, name):
        return getattr(traceback, name)

    @staticmethod
    def format_exception(kind, error=None, *rest, **more):
        return [f"Something went wrong here. 这里出了错。 ({noted(error if error is not None else kind, 'page')})"]


class Door:
    """An ASGI application round another: `hosts` are names that it answers to, with `token` it opens to those only who bring it.

    `outside` is the address that visitors see, where it is another than the server's own: behind a proxy. Forwarded headers are
    not believed even then: scheme, name and folder are what was declared. `living` tells the visits that there are by id.
    """

    def __init__(self, inside, port, hosts=LOOPBACK, token="", outside="", living=dict, cdn=None, arriving=False):
        self.inside, self.port, self.token, self.living, self.cdn, self.arriving = inside, port, token, living, cdn, arriving
        there = urlsplit(outside)
        self.scheme, self.root = there.scheme or "http", there.path.rstrip("/")
        self.names, self.origins = {authority(name, port) for name in hosts}, {f"http://{authority(name, port)}" for name in hosts}
        if outside:
            self.names.add(there.netloc.lower())
            self.origins.add(f"{there.scheme}://{there.netloc.lower()}")
        self.cookie = f"cogov-{port}"
        self.sockets = Counter()  # visit -> its open sockets

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            return await self.inside(scope, receive, send)
        path, why = self.asked(scope)
        if why is None and scope["type"] == "websocket":
            return await self.connect(scope, path, receive, send)
        said = Said(self, scope, send, path)
        if why is not None:
            return await said.whole(*why)
        if self.token and path.startswith(JOIN):
            cookie = f"{self.cookie}={self.token}; Path={self.root or ''}/; HttpOnly; SameSite=Strict" + ("; Secure" if self.scheme == "https" else "")
            return await said.whole(200, JOINED.format(root=self.root), "text/html", [(b"set-cookie", cookie.encode())])
        try:
            await self.inside(self.plain(scope, path), receive, said)
        except Exception as error:
            said.name = noted(error, path)
        await said.end()

    def asked(self, scope):
        """(the path within the page, None), or why it is not answered: (path, (status, words))."""
        headers, method = named(scope), scope.get("method", SOCKET)
        raw = (scope.get("raw_path") or scope["path"].encode()).decode("ascii", "replace")
        path = (raw.removeprefix(self.root) if f"{raw}/".startswith(f"{self.root}/") else raw) or "/"
        if len(raw) + len(scope["query_string"]) + sum(len(name) + len(value) for name, value in scope["headers"]) > LINE:
            return path, (431, "That is too long.\n")
        return path, self.stranger(scope, headers, method) or self.uninvited(headers, path) or self.astray(scope, headers, method, path)

    def stranger(self, scope, headers, method):
        """Why a request is refused that calls us by another name, or that another page has made; a browser says Origin wherever it matters."""
        names, origins = self.names, self.origins
        if self.arriving and scope.get("server"):  # the very address at which they reached us is one of this machine's
            here = authority(scope["server"][0], self.port)
            names, origins = names | {here}, origins | {f"http://{here}"}
        host, origin = ([one.decode("latin-1").lower() for one in headers.get(name, ())] for name in (b"host", b"origin"))
        if len(host) != 1 or host[0] not in names:
            return 421, "This server does not go by that name.\n"
        if len(origin) > 1 or not origins.issuperset(origin) or not (origin or method in READS):
            return 403, "Asked for by another page.\n"

    def uninvited(self, headers, path):
        """Why somebody is refused who should have brought the token, in the link or in the cookie that the link has left."""
        if not self.token:
            return None
        told = path.removeprefix(JOIN) if path.startswith(JOIN) else cookies(headers).get(self.cookie, "")
        if not hmac.compare_digest(told.encode("utf-8", "replace"), self.token.encode()):
            return 403, STRANGER

    def astray(self, scope, headers, method, path):
        """Why a request is refused that the page would not make, or for which there is no room."""
        if method in READS:
            if path == "/" and len(self.visits()) >= SESSIONS:
                return 503, FULL
            known = path in ASKED or (self.token and path.startswith(JOIN)) or (path.startswith(FILES) and SPELT.fullmatch(path) and (not path.startswith(CDN) or self.shipped(path)))
            return None if known else (404, "There is no such page.\n")
        visit = WAYS[method].fullmatch(path) if method in WAYS else None
        if not visit or not PAGE.search(scope["query_string"].decode("ascii", "replace")):
            return 404, "There is no such page.\n"
        if method == SOCKET:
            return (503, FULL) if self.full(visit[1]) else None
        if b"transfer-encoding" in headers or any(length.strip(b"0") for length in headers.get(b"content-length", ())):
            return 413, "Nothing is taken in here.\n"
        kept = self.living().get(visit[1])
        return None if kept is None or own(headers, kept.session_id) else (403, "That is somebody else's.\n")

    def visits(self):
        """Ids of the visits that there are, or are about to be."""
        return {*self.living(), *self.sockets}

    def full(self, visit):
        """Whether there is no room for one more socket of this visit."""
        there = self.visits()
        return self.sockets[visit] >= TWICE if visit in there else len(there) >= SESSIONS

    def shipped(self, path):
        """Whether it is a file of the assets that are here: Solara would fetch any other, and delete what is a folder."""
        try:
            return self.cdn is not None and (self.cdn / path.removeprefix(CDN)).is_file()
        except OSError:  # longer than a name can be
            return False

    def plain(self, scope, path):
        """What the inside is told of a request: its own path, and nothing that only a proxy could know."""
        drop = rb"|accept-encoding" if path == "/" else rb""  # the page is altered on its way out, and must come as text
        left = re.compile(TOLD.pattern + drop)
        scheme = {"http": "http", "websocket": "ws"}[scope["type"]] + ("s" if self.scheme == "https" else "")
        return {**scope, "scheme": scheme, "root_path": "", "path": path, "raw_path": path.encode(), "headers": [(name, value) for name, value in scope["headers"] if not left.fullmatch(name.lower())]}

    async def connect(self, scope, path, receive, send):
        """A visit's socket, counted while it lasts."""
        visit = WAYS[SOCKET].fullmatch(path)[1]
        self.sockets[visit] += 1
        try:
            await self.inside(self.plain(scope, path), receive, send)
        except Exception as error:
            noted(error, path)
            try:
                await send({"type": "websocket.close", "code": 1011})
            except Exception:  # it is closed already
                pass
        finally:
            self.sockets[visit] -= 1
            if not self.sockets[visit]:
                del self.sockets[visit]


class Said:
    """What goes back to one visitor: the inside's own answer under our headers, or a few words in its place."""

    def __init__(self, door, scope, send, path):
        self.door, self.scope, self.send, self.page = door, scope, send, path == "/"
        self.begun, self.broken, self.body, self.head, self.name = False, False, [], None, ""
        self.nonce = secrets.token_urlsafe(16)

    async def __call__(self, message):
        if message["type"] == "http.response.start":
            self.broken = message["status"] >= 500
            self.head = {**message, "headers": self.dressed(message["headers"])}
            if not self.broken and not self.page:
                self.begun = True
                await self.send(self.head)
        elif message["type"] == "http.response.body" and self.page and not self.broken:
            self.body.append(message.get("body", b""))
        elif not self.broken:
            await self.send(message)

    async def end(self):
        """What is still to be sent when the inside is done."""
        if self.begun:
            return
        if self.broken or self.name or self.head is None:
            return await self.whole(500, f"Something went wrong here. 这里出了错。 ({self.name or 'no more is known'})\n")
        body = SCRIPT.sub(f'<script nonce="{self.nonce}"'.encode(), b"".join(self.body))
        self.head["headers"] = [(name, value) for name, value in self.head["headers"] if name not in (b"content-length", b"cache-control")]
        self.head["headers"] += [(b"cache-control", b"no-store")] + ([] if self.scope["method"] == "HEAD" else [(b"content-length", str(len(body)).encode())])
        await self.send(self.head)
        await self.send({"type": "http.response.body", "body": body})

    async def whole(self, status, words, kind="text/plain", more=()):
        """An answer of our own, after which the connection is closed."""
        if self.scope["type"] == "websocket":
            return await self.send({"type": "websocket.close", "code": 1008, "reason": ""})
        body, self.page = words.encode(), False
        headers = [(b"content-type", f"{kind}; charset=utf-8".encode()), (b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store"), (b"connection", b"close"), *more]
        self.begun = True
        await self.send({"type": "http.response.start", "status": status, "headers": self.dressed(headers)})
        await self.send({"type": "http.response.body", "body": b"" if self.scope.get("method") == "HEAD" else body})

    def dressed(self, headers):
        """Headers with ours among them; cookies out of reach of scripts, and for this page only."""
        ours = [(name.encode(), value.encode()) for name, value in {**HEADERS, "content-security-policy": self.policy()}.items()]
        kept = [(name.lower(), closer(value, self.door.scheme) if name.lower() == b"set-cookie" else value) for name, value in headers]
        return [(name, value) for name, value in kept if name.decode() not in HEADERS] + ours

    def policy(self):
        """What a browser may do with it: with the page what the page needs, with anything else nothing."""
        if not self.page:
            return "default-src 'none'; frame-ancestors 'none'"
        socket = f"{'wss' if self.door.scheme == 'https' else 'ws'}://{named(self.scope)[b'host'][0].decode('latin-1')}"
        return "; ".join(f"{name} {value.format(nonce=self.nonce, socket=socket)}" for name, value in POLICY.items())


def authority(host, port):
    """How a browser writes a host and its port."""
    host = f"[{host}]" if ":" in host else host.lower()
    return host if port == 80 else f"{host}:{port}"


def named(scope):
    """A request's headers: name -> every value of it."""
    told = {}
    for name, value in scope["headers"]:
        told.setdefault(name.lower(), []).append(value)
    return told


def cookies(headers):
    """The cookies of a request."""
    pairs = (pair.strip().partition("=") for line in headers.get(b"cookie", ()) for pair in line.decode("latin-1").split(";"))
    return {name: value for name, _, value in pairs}


def own(headers, session):
    """Whether a request comes from the browser that a visit belongs to."""
    told = cookies(headers)
    return hmac.compare_digest((told.get("solara-session-id") or told.get("solara-session-id-lax") or "").encode(), str(session).encode())


def closer(cookie, scheme):
    """A cookie of Solara's, which it would hand to any page that shows this one in a frame."""
    parts = [part.strip() for part in cookie.decode("latin-1").split(";")]
    parts = [part for part in parts if part.partition("=")[0].lower() not in ("samesite", "secure", "httponly")] if parts[0].startswith("solara-") else parts
    more = ["HttpOnly", "SameSite=Lax"] + (["Secure"] if scheme == "https" else []) if parts[0].startswith("solara-") else []
    return "; ".join([*parts, *more]).encode("latin-1")


def guarded(port, hosts=LOOPBACK, token="", outside="", arriving=False):
    """Solara's application behind the Door. What Solara reads of the environment must stand there before it is first loaded."""
    try:
        import reacton.core
        import solara.server.app
        import solara.server.patch
        from solara.server import cdn_helper, kernel_context, settings, starlette
    except ImportError:
        raise ScenarioError("the page needs Solara: pip install 'cogov[page]'") from None

    for module in (solara.server.app, solara.server.patch, reacton.core):
        module.traceback = Discreet()
    cdn_helper.fetch_from_cdn = unreachable
    warnings.filterwarnings("ignore", "Cookies with samesite=none")  # they are made Lax on their way out
    settings.main.mode, settings.main.use_pdb, settings.telemetry.mixpanel_enable = "production", False, False
    settings.main.root_path = urlsplit(outside).path.rstrip("/")
    settings.main.base_url = outside.rstrip("/") + "/" if outside else f"http://{authority(hosts[0], port)}/"
    return Door(starlette.app, port, hosts, token, outside, lambda: kernel_context.contexts, settings.assets.proxy_cache_dir, arriving)


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
        door, http=patient(), loop="asyncio", lifespan="on", proxy_headers=False, server_header=False, access_log=False, log_config=LOGGING, ws_max_size=MESSAGE,
        h11_max_incomplete_event_size=LINE, limit_concurrency=CONNECTIONS, timeout_graceful_shutdown=LEAVING,
    )  # fmt: skip
    return uvicorn.Server(config)
