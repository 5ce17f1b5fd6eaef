"""Our own door before Solara's server: who may come in, by which way, and how many.

By itself Solara believes whatever Host, Origin and X-Script-Name it is told, and fetches from the network what it has not got of
its assets (and deletes a folder there that is asked for as a file). Through the door comes only what the page itself asks for,
spelt as the page spells it.
"""

import asyncio
import hmac
import re
from collections import Counter
from urllib.parse import urlsplit

from .responses import Response, headers_by_name, log_error

HERE = "127.0.0.1"
LOOPBACK = (HERE, "localhost")
SESSIONS = 60  # visits that are kept at once; a tab is one. One without a socket makes room for who comes
TWICE = 2  # sockets of one visit, for one that was lost may not have noticed when the next is there
ABREAST = 3  # visits that are drawn for the first time at once; where all are, all wait for the last
DRAWN = 10.0  # seconds after which the next may come, though one of them has not got its town
SILENCE = 15.0  # seconds after which somebody who has not said what they want is let go
LINE = 32 * 1024  # bytes of a request before its body; a link with a state in it has some 2,000

FILES = ("/static/", "/jupyter/nbextensions/", "/_solara/cdn/")
CDN = FILES[-1]
ASKED = ("/", "/readyz", "/resourcez")
SPELT = re.compile(
    r"(?:/(?!\.{1,2}(?:/|$))[\w.@+-]+)+", re.ASCII
)  # a file: no escapes, no step up, no empty step
VISIT = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
SOCKET, READS, JOIN = "SOCKET", ("GET", "HEAD"), "/join/"
WAYS = {
    SOCKET: re.compile(f"/jupyter/api/kernels/{VISIT}/channels"),
    "POST": re.compile(f"/_solara/api/close/{VISIT}"),
}
PAGE = re.compile(r"(?:^|&)session_id=[\w-]{1,64}(?:&|$)", re.ASCII)
TOLD = re.compile(
    rb"(?:x-)?script-name|x-forwarded.*|forwarded|x-original-.*|x-rewrite-url|x-real-ip"
)  # what only a proxy would say

FULL = f"This page has {SESSIONS} visitors, and room for no more. Come again in a few minutes.\n来的人已经满了，请过几分钟再来。\n"
STRANGER = (
    "Come in by the link that you were given: it ends with /join/ and a word.\n请用发给你的链接进来。\n"
)
JOINED = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={root}/"><title>cogov</title><a href="{root}/">cogov</a>'


class AccessControl:
    """An ASGI application round another: `hosts` are names that it answers to, with `token` it opens to those only who bring it.

    `outside` is the address that visitors see, where it is another than the server's own: behind a proxy. Forwarded headers are
    not believed even then: scheme, name and folder are what was declared. `living` tells the visits that there are by id; each has
    the `session_id` of whoever it belongs to, and can be closed.
    """

    def __init__(
        self, inside, port, hosts=LOOPBACK, token="", outside="", living=dict, cdn=None, arriving=False
    ):
        self.inside, self.port, self.token, self.living, self.cdn, self.arriving = (
            inside,
            port,
            token,
            living,
            cdn,
            arriving,
        )
        there = urlsplit(outside)
        self.scheme, self.root = there.scheme or "http", there.path.rstrip("/")
        self.names, self.origins = (
            {authority(name, port) for name in hosts},
            {f"http://{authority(name, port)}" for name in hosts},
        )
        if outside:
            self.names.add(there.netloc.lower())
            self.origins.add(f"{there.scheme}://{there.netloc.lower()}")
        self.cookie = f"cogov-{port}"
        self.sockets = Counter()  # visit -> its open sockets
        self.gone = {}  # visits whose last socket has closed, in the order in which it did
        self.closing = set()  # visits whose room somebody else has been given
        self.turns = asyncio.Semaphore(ABREAST)

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            return await self.inside(scope, receive, send)
        path, why = self.admit(scope)
        if why is None and scope["type"] == "websocket":
            return await self.connect(scope, path, receive, send)
        said = Response(self, scope, send, path)
        if why is not None:
            return await said.whole(*why)
        if self.token and path.startswith(JOIN):
            cookie = f"{self.cookie}={self.token}; Path={self.root or ''}/; HttpOnly; SameSite=Strict" + (
                "; Secure" if self.scheme == "https" else ""
            )
            return await said.whole(
                200, JOINED.format(root=self.root), "text/html", [(b"set-cookie", cookie.encode())]
            )
        try:
            await self.inside(self.plain(scope, path), receive, said)
        except Exception as error:
            said.name = log_error(error, path)
        await said.end()

    def admit(self, scope):
        """(the path within the page, None), or why it is not answered: (path, (status, words))."""
        headers, method = headers_by_name(scope), scope.get("method", SOCKET)
        raw = (scope.get("raw_path") or scope["path"].encode()).decode("ascii", "replace")
        path = (raw.removeprefix(self.root) if f"{raw}/".startswith(f"{self.root}/") else raw) or "/"
        if (
            len(raw)
            + len(scope["query_string"])
            + sum(len(name) + len(value) for name, value in scope["headers"])
            > LINE
        ):
            return path, (431, "That is too long.\n")
        return path, self.check_host_and_origin(scope, headers, method) or self.check_token(
            headers, path
        ) or self.check_route(scope, headers, method, path)

    def check_host_and_origin(self, scope, headers, method):
        """Why a request is refused that calls us by another name, or that another page has made; a browser says Origin wherever it matters."""
        names, origins = self.names, self.origins
        if self.arriving and scope.get(
            "server"
        ):  # the very address at which they reached us is one of this machine's
            here = authority(scope["server"][0], self.port)
            names, origins = names | {here}, origins | {f"http://{here}"}
        host, origin = (
            [one.decode("latin-1").lower() for one in headers.get(name, ())] for name in (b"host", b"origin")
        )
        if len(host) != 1 or host[0] not in names:
            return 421, "This server does not go by that name.\n"
        if len(origin) > 1 or not origins.issuperset(origin) or not (origin or method in READS):
            return 403, "Asked for by another page.\n"

    def check_token(self, headers, path):
        """Why somebody is refused who should have brought the token, in the link or in the cookie that the link has left."""
        if not self.token:
            return None
        told = path.removeprefix(JOIN) if path.startswith(JOIN) else cookies(headers).get(self.cookie, "")
        if not hmac.compare_digest(told.encode("utf-8", "replace"), self.token.encode()):
            return 403, STRANGER

    def check_route(self, scope, headers, method, path):
        """Why a request is refused that the page would not make, or for which there is no room."""
        if method in READS:
            if path == "/" and len(self.sockets) >= SESSIONS:
                return 503, FULL
            known = (
                path in ASKED
                or (self.token and path.startswith(JOIN))
                or (
                    path.startswith(FILES)
                    and SPELT.fullmatch(path)
                    and (not path.startswith(CDN) or self.is_shipped(path))
                )
            )
            return None if known else (404, "There is no such page.\n")
        visit = WAYS[method].fullmatch(path) if method in WAYS else None
        if not visit or not PAGE.search(scope["query_string"].decode("ascii", "replace")):
            return 404, "There is no such page.\n"
        if method == SOCKET:
            return (503, FULL) if self.full(visit[1]) else None
        if b"transfer-encoding" in headers or any(
            length.strip(b"0") for length in headers.get(b"content-length", ())
        ):
            return 413, "Nothing is taken in here.\n"
        kept = self.living().get(visit[1])
        return None if kept is None or own(headers, kept.session_id) else (403, "That is somebody else's.\n")

    def visits(self):
        """Ids of the visits that there are, or are about to be."""
        return {*self.living(), *self.sockets} - self.closing

    def full(self, visit):
        """Whether there is no room for one more socket of this visit."""
        return self.sockets[visit] >= TWICE if visit in self.sockets else len(self.sockets) >= SESSIONS

    async def make_room(self):
        """Close the visits that have been without a socket for longest, until no more are kept than there is room for."""
        there, order = self.visits(), {visit: place for place, visit in enumerate(self.gone)}
        idle = sorted(there - self.sockets.keys(), key=lambda visit: order.get(visit, -1))
        leaving = idle[: max(0, len(there) - SESSIONS)]
        self.closing.update(leaving)
        for visit in leaving:
            await asyncio.to_thread(self.close, visit)

    def close(self, visit):
        """Close a visit for good; it waits until nothing is being drawn there."""
        try:
            if kept := self.living().get(visit):
                kept.close("evicted")
        except Exception as error:
            log_error(error, "closing a visit")
        finally:
            self.closing.discard(visit)
            self.gone.pop(visit, None)

    def is_shipped(self, path):
        """Whether it is a file of the assets that are here: Solara would fetch any other, and delete what is a folder."""
        try:
            return self.cdn is not None and (self.cdn / path.removeprefix(CDN)).is_file()
        except OSError:  # longer than a name can be
            return False

    def plain(self, scope, path):
        """What the inside is told of a request: its own path, and nothing that only a proxy could know."""
        drop = (
            rb"|accept-encoding" if path == "/" else rb""
        )  # the page is altered on its way out, and must come as text
        left = re.compile(TOLD.pattern + drop)
        scheme = {"http": "http", "websocket": "ws"}[scope["type"]] + ("s" if self.scheme == "https" else "")
        return {
            **scope,
            "scheme": scheme,
            "root_path": "",
            "path": path,
            "raw_path": path.encode(),
            "headers": [
                (name, value) for name, value in scope["headers"] if not left.fullmatch(name.lower())
            ],
        }

    async def connect(self, scope, path, receive, send):
        """A visit's socket, counted while it lasts; one that begins waits for its turn."""
        visit = WAYS[SOCKET].fullmatch(path)[1]
        turn = RenderSlot(self.turns, receive, send) if visit not in self.visits() else None
        self.sockets[visit] += 1
        self.gone.pop(visit, None)
        try:
            await self.make_room()
            if turn is None:
                await self.inside(self.plain(scope, path), receive, send)
            elif await turn.come():
                await self.inside(self.plain(scope, path), turn.receive, turn.send)
        except Exception as error:
            log_error(error, path)
            try:
                await send({"type": "websocket.close", "code": 1011})
            except Exception:  # it is closed already
                pass
        finally:
            if turn:
                turn.end()
            self.sockets[visit] -= 1
            if not self.sockets[visit]:
                del self.sockets[visit]
                self.gone = {one: None for one in self.gone if one in self.living()} | {visit: None}


class RenderSlot:
    """One of the few turns for being drawn: it ends when the films are on their way, which are the first that is no text.

    Its `receive` and `send` stand where the socket's do. Who leaves while they wait takes no turn, and who then says nothing is let go.
    """

    def __init__(self, turns, hear, tell):
        self.turns, self.hear, self.tell, self.clock = turns, hear, tell, None
        self.heard, self.next, self.spoken = [], None, False

    async def come(self):
        """Wait for the turn; whether it came before they left."""
        self.heard.append(await self.hear())  # that they connect
        self.next, coming = asyncio.ensure_future(self.hear()), asyncio.ensure_future(self.turns.acquire())
        try:
            await asyncio.wait((self.next, coming), return_when=asyncio.FIRST_COMPLETED)
        finally:
            here = coming.done()
            coming.cancel()
            if here:
                self.clock = asyncio.get_running_loop().call_later(DRAWN, self.release)
        return here

    async def receive(self):
        if self.heard:
            return self.heard.pop()
        if self.spoken:
            return await self.hear()
        self.spoken = True
        try:
            return await asyncio.wait_for(self.next, SILENCE)
        except TimeoutError:
            return {"type": "websocket.disconnect", "code": 1008}

    async def send(self, message):
        await self.tell(message)
        if message.get("bytes"):
            self.release()

    def release(self):
        """Let the next one come."""
        if self.clock:
            self.clock.cancel()
            self.clock = None
            self.turns.release()

    def end(self):
        """They are gone."""
        self.release()
        if self.next:
            self.next.cancel()


def authority(host, port):
    """How a browser writes a host and its port."""
    host = f"[{host}]" if ":" in host else host.lower()
    return host if port == 80 else f"{host}:{port}"


def cookies(headers):
    """The cookies of a request."""
    pairs = (
        pair.strip().partition("=")
        for line in headers.get(b"cookie", ())
        for pair in line.decode("latin-1").split(";")
    )
    return {name: value for name, _, value in pairs}


def own(headers, session):
    """Whether a request comes from the browser that a visit belongs to."""
    told = cookies(headers)
    return hmac.compare_digest(
        (told.get("solara-session-id") or told.get("solara-session-id-lax") or "").encode(),
        str(session).encode(),
    )
