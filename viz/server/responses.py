"""Responses to visitors: security headers, content security policy, and error numbers in place of tracebacks.

Solara itself shows tracebacks, and sends its cookies to any page that has this one in a frame.
"""

import logging
import re
import secrets
import traceback
from collections.abc import Iterable

SCRIPT = re.compile(rb"<script(?=[\s>])")

HEADERS = {
    "x-content-type-options": "nosniff",
    # keeps a join link from other sites; with no-referrer, a closing tab would send Origin: null
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(
        f"{feature}=()"
        for feature in (
            "camera microphone geolocation usb serial midi payment display-capture browsing-topics"
        ).split()
    ),
}
POLICY = {  # each was tried without in Chromium: the comment says what fails then
    "default-src": "'none'",
    # eval: Vue compiles its templates to functions, else no page; blob: anywidget loads its scripts from one,
    # else no town
    "script-src": "'self' 'nonce-{nonce}' 'unsafe-eval' blob:",
    "style-src": "'self' 'unsafe-inline'",  # Vuetify and the town write styles into elements and the head
    "img-src": "'self' blob:",  # a chart saved as PNG is drawn from a blob
    "font-src": "'self' data:",  # icons
    "connect-src": "'self' {socket}",  # older Safari does not count a socket as 'self'
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}

LOG = logging.getLogger("cogov.web")


def log_error(error: BaseException, where: str) -> str:
    """Write an error to the server's log, and return its number, which is all that visitors see of it."""
    number = secrets.token_hex(4)
    LOG.error("%s: error %s\n%s", where, number, "".join(traceback.format_exception(error)).rstrip())
    return f"error {number}"


class Response:
    """An ASGI `send` that adds our headers to the inner application's response, or replaces an error."""

    def __init__(self, door, scope, send, path):
        self.door, self.scope, self.send, self.page = door, scope, send, path == "/"
        self.begun, self.broken, self.body, self.head, self.name = False, False, [], None, ""
        self.nonce = secrets.token_urlsafe(16)

    async def __call__(self, message):
        if message["type"] == "http.response.start":
            self.broken = message["status"] >= 500
            self.head = {**message, "headers": self.add_headers(message["headers"])}
            if not self.broken and not self.page:
                self.begun = True
                await self.send(self.head)
        elif message["type"] == "http.response.body" and self.page and not self.broken:
            self.body.append(message.get("body", b""))
        elif not self.broken:
            await self.send(message)

    async def end(self) -> None:
        """Send what remains when the inner application is done: the page, or an error message."""
        if self.begun:
            return
        if self.broken or self.name or self.head is None:
            return await self.send_text(
                500, f"Something went wrong here. 这里出了错。 ({self.name or 'no more is known'})\n"
            )
        body = b"".join(self.body)
        if self.door.early:
            body = self.door.early.dress(body.decode()).encode()
        body = SCRIPT.sub(f'<script nonce="{self.nonce}"'.encode(), body)
        self.head["headers"] = [
            (name, value)
            for name, value in self.head["headers"]
            if name not in (b"content-length", b"cache-control")
        ]
        self.head["headers"] += [(b"cache-control", b"no-store")] + (
            [] if self.scope["method"] == "HEAD" else [(b"content-length", str(len(body)).encode())]
        )
        await self.send(self.head)
        await self.send({"type": "http.response.body", "body": body})

    async def send_file(self, kind: str, body: bytes, may_be_kept: bool) -> None:
        """Send a file that is compressed already."""
        self.page = False
        headers = [
            (b"content-type", f"{kind}; charset=utf-8".encode()),
            (b"content-encoding", b"gzip"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"max-age=31536000, immutable" if may_be_kept else b"no-store"),
        ]
        await self.send({"type": "http.response.start", "status": 200, "headers": self.add_headers(headers)})
        sent = b"" if self.scope["method"] == "HEAD" else body
        await self.send({"type": "http.response.body", "body": sent})

    async def send_text(self, status: int, text: str, kind: str = "text/plain", more: Iterable = ()) -> None:
        """Send a response of our own, and close the connection; `more` are further headers."""
        if self.scope["type"] == "websocket":
            return await self.send({"type": "websocket.close", "code": 1008, "reason": ""})
        body, self.page = text.encode(), False
        headers = [
            (b"content-type", f"{kind}; charset=utf-8".encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
            *more,
        ]
        self.begun = True
        await self.send(
            {"type": "http.response.start", "status": status, "headers": self.add_headers(headers)}
        )
        await self.send(
            {"type": "http.response.body", "body": b"" if self.scope.get("method") == "HEAD" else body}
        )

    def add_headers(self, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Add the security headers, and restrict cookies to this page and out of reach of scripts."""
        ours = [
            (name.encode(), value.encode())
            for name, value in {**HEADERS, "content-security-policy": self.policy()}.items()
        ]
        hardened = [
            (name.lower(), harden_cookie(value, self.door.scheme) if name.lower() == b"set-cookie" else value)
            for name, value in headers
        ]
        return [(name, value) for name, value in hardened if name.decode() not in HEADERS] + ours

    def policy(self) -> str:
        """Return the content security policy: all that the page needs; for other responses nothing."""
        if not self.page:
            return "default-src 'none'; frame-ancestors 'none'"
        host = headers_by_name(self.scope)[b"host"][0].decode("latin-1")
        socket = f"{'wss' if self.door.scheme == 'https' else 'ws'}://{host}"
        return "; ".join(
            f"{name} {value.format(nonce=self.nonce, socket=socket)}" for name, value in POLICY.items()
        )


def headers_by_name(scope: dict) -> dict[bytes, list[bytes]]:
    """Return the headers of a request: name -> all its values."""
    headers = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.lower(), []).append(value)
    return headers


def harden_cookie(cookie: bytes, scheme: str) -> bytes:
    """Make a cookie of Solara HttpOnly, SameSite=Lax, and Secure under https; others are unchanged.

    Solara would send it to any page that shows this one in a frame.
    """
    parts = [part.strip() for part in cookie.decode("latin-1").split(";")]
    parts = (
        [part for part in parts if part.partition("=")[0].lower() not in ("samesite", "secure", "httponly")]
        if parts[0].startswith("solara-")
        else parts
    )
    more = (
        ["HttpOnly", "SameSite=Lax"] + (["Secure"] if scheme == "https" else [])
        if parts[0].startswith("solara-")
        else []
    )
    return "; ".join([*parts, *more]).encode("latin-1")
