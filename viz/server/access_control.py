"""Access control in front of Solara's server: which requests are let through, and how many visits at once.

Solara itself trusts any Host, Origin and X-Script-Name header, and fetches assets that it lacks from the
network (and deletes an asset folder that is requested as a file). Only requests that the page itself makes,
in exactly the page's own spelling, are let through.
"""

import asyncio
import hmac
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .responses import Response, headers_by_name, log_error

HERE = "127.0.0.1"
LOOPBACK = (HERE, "localhost")
SESSIONS = 60  # visits kept at once; a browser tab is one. A visit without a socket is closed for a new one
TWICE = 2  # sockets per visit: the server may not have noticed yet that one was lost when the next connects
ABREAST = 3  # visits rendered for the first time at once; if all were at once, all would wait for the last
DRAWN = 10.0  # seconds after which the next visit may be rendered, although one has not received its town
SILENCE = 15.0  # seconds after which a client that has sent nothing is disconnected
LINE = 32 * 1024  # bytes of a request before its body; a link with a saved state has about 2,000

FILES = ("/static/", "/jupyter/nbextensions/", "/_solara/cdn/")
CDN = FILES[-1]
PATHS = ("/", "/readyz", "/resourcez")
FILE_PATH = re.compile(
    r"(?:/(?!\.{1,2}(?:/|$))[\w.@+-]+)+", re.ASCII
)  # path of a file: no escapes, no "..", no empty part
VISIT = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
SOCKET, READS, JOIN = "SOCKET", ("GET", "HEAD"), "/join/"
ROUTES = {
    SOCKET: re.compile(f"/jupyter/api/kernels/{VISIT}/channels"),
    "POST": re.compile(f"/_solara/api/close/{VISIT}"),
}
PAGE_QUERY = re.compile(r"(?:^|&)session_id=[\w-]{1,64}(?:&|$)", re.ASCII)
PROXY_HEADERS = re.compile(
    rb"(?:x-)?script-name|x-forwarded.*|forwarded|x-original-.*|x-rewrite-url|x-real-ip"
)  # headers that only a proxy sets

FULL = (
    f"This page has {SESSIONS} visitors, and room for no more. Come again in a few minutes.\n"
    "来的人已经满了，请过几分钟再来。\n"
)
STRANGER = (
    "Come in by the link that you were given: it ends with /join/ and a word.\n请用发给你的链接进来。\n"
)
JOINED = (
    '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={root}/">'
    '<title>cogov</title><a href="{root}/">cogov</a>'
)


@dataclass(eq=False)
class AccessControl:
    """ASGI middleware that lets through only requests that the page makes itself."""

    inside: Callable  # the wrapped ASGI application
    port: int
    hosts: tuple[str, ...] = LOOPBACK  # host names that the server answers to
    token: str = ""  # if given, only clients that present it, or `teacher`, are let in
    teacher: str = ""  # the token of who leads a class; beside `token` only
    # the public URL behind a proxy, if it differs from the server's own. Forwarded headers are not trusted
    # even then: scheme, host and path are those of this URL
    outside: str = ""
    # returns the visits by id; a visit has the `session_id` of its browser, and `close(reason)`
    living: Callable[[], dict] = dict
    cdn: Path | None = None  # folder of Solara's assets
    arriving: bool = False  # also answer to the local address at which a request arrived
    early: Any = None  # the files of the first screen, and what dresses Solara's page: see screen/early.py

    def __post_init__(self):
        url = urlsplit(self.outside)
        self.scheme, self.root = url.scheme or "http", url.path.rstrip("/")
        self.names = {authority(name, self.port) for name in self.hosts}
        self.origins = {f"http://{name}" for name in self.names}
        if self.outside:
            self.names.add(url.netloc.lower())
            self.origins.add(f"{url.scheme}://{url.netloc.lower()}")
        self.cookie = f"cogov-{self.port}"
        self.sockets = Counter()  # visit -> its open sockets
        self.gone = {}  # visits whose last socket has closed, in that order
        self.closing = set()  # visits being closed to make room for others
        self.turns = asyncio.Semaphore(ABREAST)

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            return await self.inside(scope, receive, send)
        path, refusal = self.admit(scope)
        if refusal is None and scope["type"] == "websocket":
            return await self.connect(scope, path, receive, send)
        response = Response(self, scope, send, path)
        if refusal is not None:
            return await response.send_text(*refusal)
        if self.token and path.startswith(JOIN):
            cookie = (
                f"{self.cookie}={path.removeprefix(JOIN)}; Path={self.root or ''}/; HttpOnly; SameSite=Strict"
                + ("; Secure" if self.scheme == "https" else "")
            )
            return await response.send_text(
                200, JOINED.format(root=self.root), "text/html", [(b"set-cookie", cookie.encode())]
            )
        try:
            if self.early and path in self.early.files:
                return await response.send_file(*await asyncio.to_thread(self.early.file, path))
            await self.inside(self.sanitise(scope, path), receive, response)
        except Exception as error:
            response.name = log_error(error, path)
        await response.end()

    def admit(self, scope: dict) -> tuple[str, tuple[int, str] | None]:
        """Return the path within the page, and None or the refusal (status, text)."""
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

    def check_host_and_origin(self, scope: dict, headers: dict, method: str) -> tuple[int, str] | None:
        """Refuse a request to another host name or from another page.

        Browsers send Origin with every request that can change something. Returns (status, text), or None.
        """
        names, origins = self.names, self.origins
        if self.arriving and scope.get(
            "server"
        ):  # the address at which the request arrived is this machine's
            reached = authority(scope["server"][0], self.port)
            names, origins = names | {reached}, origins | {f"http://{reached}"}
        host, origin = (
            [value.decode("latin-1").lower() for value in headers.get(name, ())]
            for name in (b"host", b"origin")
        )
        if len(host) != 1 or host[0] not in names:
            return 421, "This server does not go by that name.\n"
        if len(origin) > 1 or not origins.issuperset(origin) or not (origin or method in READS):
            return 403, "Asked for by another page.\n"

    def check_token(self, headers: dict, path: str) -> tuple[int, str] | None:
        """Refuse a request without the token, which is in the join link or in the cookie that the link sets.

        Returns (status, text), or None.
        """
        if not self.token:
            return None
        presented = (
            path.removeprefix(JOIN) if path.startswith(JOIN) else parse_cookies(headers).get(self.cookie, "")
        )
        given = presented.encode("utf-8", "replace")
        known = [self.token, self.teacher] if self.teacher else [self.token]
        if not sum(hmac.compare_digest(given, one.encode()) for one in known):  # all are compared
            return 403, STRANGER

    def check_route(self, scope: dict, headers: dict, method: str, path: str) -> tuple[int, str] | None:
        """Refuse a request that the page would not make, or for which there is no room.

        Returns (status, text), or None.
        """
        if method in READS:
            if path == "/" and len(self.sockets) >= SESSIONS:
                return 503, FULL
            known = (
                path in PATHS
                or (self.early and path in self.early.files)
                or (self.token and path.startswith(JOIN))
                or (
                    path.startswith(FILES)
                    and FILE_PATH.fullmatch(path)
                    and (not path.startswith(CDN) or self.is_shipped(path))
                )
            )
            return None if known else (404, "There is no such page.\n")
        visit = ROUTES[method].fullmatch(path) if method in ROUTES else None
        if not visit or not PAGE_QUERY.search(scope["query_string"].decode("ascii", "replace")):
            return 404, "There is no such page.\n"
        if method == SOCKET:
            return (503, FULL) if self.is_full(visit[1]) else None
        if b"transfer-encoding" in headers or any(
            length.strip(b"0") for length in headers.get(b"content-length", ())
        ):
            return 413, "Nothing is taken in here.\n"
        context = self.living().get(visit[1])
        return (
            None
            if context is None or is_owner(headers, context.session_id)
            else (403, "That is somebody else's.\n")
        )

    def visits(self) -> set[str]:
        """Return the ids of the visits that exist or are being opened."""
        return {*self.living(), *self.sockets} - self.closing

    def is_full(self, visit: str) -> bool:
        """Return whether there is no room for one more socket of this visit."""
        return self.sockets[visit] >= TWICE if visit in self.sockets else len(self.sockets) >= SESSIONS

    async def make_room(self) -> None:
        """Close the visits that have had no socket for longest, until at most SESSIONS are left."""
        visits, order = self.visits(), {visit: place for place, visit in enumerate(self.gone)}
        idle = sorted(visits - self.sockets.keys(), key=lambda visit: order.get(visit, -1))
        leaving = idle[: max(0, len(visits) - SESSIONS)]
        self.closing.update(leaving)
        for visit in leaving:
            await asyncio.to_thread(self.close, visit)

    def close(self, visit: str) -> None:
        """Close a visit for good; blocks until it is no longer being rendered."""
        try:
            if context := self.living().get(visit):
                context.close("evicted")
        except Exception as error:
            log_error(error, "closing a visit")
        finally:
            self.closing.discard(visit)
            self.gone.pop(visit, None)

    def is_shipped(self, path: str) -> bool:
        """Return whether `path` is an installed asset. Solara would fetch any other, and delete a folder."""
        try:
            return self.cdn is not None and (self.cdn / path.removeprefix(CDN)).is_file()
        except OSError:  # the name is too long
            return False

    def sanitise(self, scope: dict, path: str) -> dict:
        """Return the scope for the inner application: with the path within the page, no proxy headers."""
        # Response alters the page, so it must not be compressed
        extra = rb"|accept-encoding" if path == "/" else rb""
        dropped = re.compile(PROXY_HEADERS.pattern + extra)
        scheme = {"http": "http", "websocket": "ws"}[scope["type"]] + ("s" if self.scheme == "https" else "")
        return {
            **scope,
            "scheme": scheme,
            "root_path": "",
            "path": path,
            "raw_path": path.encode(),
            "headers": [
                (name, value) for name, value in scope["headers"] if not dropped.fullmatch(name.lower())
            ],
        }

    async def connect(self, scope: dict, path: str, receive: Callable, send: Callable) -> None:
        """Serve a socket of a visit, and count it while it is open; a new visit waits for a render slot."""
        visit = ROUTES[SOCKET].fullmatch(path)[1]
        slot = RenderSlot(self.turns, receive, send) if visit not in self.visits() else None
        self.sockets[visit] += 1
        self.gone.pop(visit, None)
        try:
            await self.make_room()
            if slot is None:
                await self.inside(self.sanitise(scope, path), receive, send)
            elif await slot.wait_for_turn():
                await self.inside(self.sanitise(scope, path), slot.receive, slot.send)
        except Exception as error:
            log_error(error, path)
            try:
                await send({"type": "websocket.close", "code": 1011})
            except Exception:  # the socket is closed already
                pass
        finally:
            if slot:
                slot.end()
            self.sockets[visit] -= 1
            if not self.sockets[visit]:
                del self.sockets[visit]
                self.gone = {past: None for past in self.gone if past in self.living()} | {visit: None}


class RenderSlot:
    """One of the few slots for rendering a new visit.

    It is released when the page is there, whose greeting is answered by the first binary message. `receive`
    and `send` replace those of the socket. A client that leaves while it waits takes no slot; one that sends
    nothing after it was granted one is disconnected.
    """

    def __init__(self, turns, client_receive, client_send):
        self.turns, self.client_receive, self.client_send, self.clock = (
            turns,
            client_receive,
            client_send,
            None,
        )
        self.heard, self.next, self.spoken = [], None, False

    async def wait_for_turn(self) -> bool:
        """Wait for a slot; return whether it was granted before the client left."""
        self.heard.append(await self.client_receive())  # the connect message
        self.next, acquiring = (
            asyncio.ensure_future(self.client_receive()),
            asyncio.ensure_future(self.turns.acquire()),
        )
        try:
            await asyncio.wait((self.next, acquiring), return_when=asyncio.FIRST_COMPLETED)
        finally:
            granted = acquiring.done()
            acquiring.cancel()
            if granted:
                self.clock = asyncio.get_running_loop().call_later(DRAWN, self.release)
        return granted

    async def receive(self) -> dict:
        """Return the next message of the client; the first is awaited for SILENCE seconds only."""
        if self.heard:
            return self.heard.pop()
        if self.spoken:
            return await self.client_receive()
        self.spoken = True
        try:
            return await asyncio.wait_for(self.next, SILENCE)
        except TimeoutError:
            return {"type": "websocket.disconnect", "code": 1008}

    async def send(self, message: dict) -> None:
        """Send a message to the client; the first binary one releases the slot."""
        await self.client_send(message)
        if message.get("bytes"):
            self.release()

    def release(self) -> None:
        """Release the slot for the next visit."""
        if self.clock:
            self.clock.cancel()
            self.clock = None
            self.turns.release()

    def end(self) -> None:
        """Release the slot, and stop listening to a client that has left."""
        self.release()
        if self.next:
            self.next.cancel()


def authority(host: str, port: int) -> str:
    """Return host and port as a browser writes them; port 80 is omitted."""
    host = f"[{host}]" if ":" in host else host.lower()
    return host if port == 80 else f"{host}:{port}"


def parse_cookies(headers: dict[bytes, list[bytes]]) -> dict[str, str]:
    """Return the cookies of a request by name."""
    pairs = (
        pair.strip().partition("=")
        for line in headers.get(b"cookie", ())
        for pair in line.decode("latin-1").split(";")
    )
    return {name: value for name, _, value in pairs}


def is_owner(headers: dict[bytes, list[bytes]], session: str) -> bool:
    """Return whether a request comes from the browser that the visit with this session id belongs to."""
    values = parse_cookies(headers)
    return hmac.compare_digest(
        (values.get("solara-session-id") or values.get("solara-session-id-lax") or "").encode(),
        str(session).encode(),
    )
