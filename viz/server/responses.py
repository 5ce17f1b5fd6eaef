"""What goes back to a visitor: under which headers, what a browser may do with it, and in place of an error its number in our log.

By itself Solara shows tracebacks, and hands its cookies to any page that has this one in a frame.
"""

import logging
import re
import secrets
import traceback

SCRIPT = re.compile(rb"<script(?=[\s>])")

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # a join link stays with us; no-referrer would have a closing tab say that it comes from nowhere
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(
        f"{what}=()"
        for what in "camera microphone geolocation usb serial midi payment display-capture browsing-topics".split()
    ),
}
POLICY = {  # tried in Chromium without each of them: what does not work then stands beside it
    "default-src": "'none'",
    "script-src": "'self' 'nonce-{nonce}' 'unsafe-eval' blob:",  # eval: Vue makes functions of its templates, else no page; blob: anywidget loads its scripts from one, else no town
    "style-src": "'self' 'unsafe-inline'",  # Vuetify and the town write styles into elements and the head
    "img-src": "'self' blob:",  # a chart that is saved as PNG is drawn from a blob
    "font-src": "'self' data:",  # icons
    "connect-src": "'self' {socket}",  # older Safari does not count a socket among what is its own
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}

LOG = logging.getLogger("cogov.web")


def log_error(error, where):
    """The id under which an error now stands in the server's own log; visitors are told no more."""
    name = secrets.token_hex(4)
    LOG.error("%s: error %s\n%s", where, name, "".join(traceback.format_exception(error)).rstrip())
    return f"error {name}"


class Response:
    """What goes back to one visitor: the inside's own answer under our headers, or a few words in its place."""

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

    async def end(self):
        """What is still to be sent when the inside is done."""
        if self.begun:
            return
        if self.broken or self.name or self.head is None:
            return await self.whole(
                500, f"Something went wrong here. 这里出了错。 ({self.name or 'no more is known'})\n"
            )
        body = SCRIPT.sub(f'<script nonce="{self.nonce}"'.encode(), b"".join(self.body))
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

    async def whole(self, status, words, kind="text/plain", more=()):
        """An answer of our own, after which the connection is closed."""
        if self.scope["type"] == "websocket":
            return await self.send({"type": "websocket.close", "code": 1008, "reason": ""})
        body, self.page = words.encode(), False
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

    def add_headers(self, headers):
        """Headers with ours among them; cookies out of reach of scripts, and for this page only."""
        ours = [
            (name.encode(), value.encode())
            for name, value in {**HEADERS, "content-security-policy": self.policy()}.items()
        ]
        kept = [
            (name.lower(), harden_cookie(value, self.door.scheme) if name.lower() == b"set-cookie" else value)
            for name, value in headers
        ]
        return [(name, value) for name, value in kept if name.decode() not in HEADERS] + ours

    def policy(self):
        """What a browser may do with it: with the page what the page needs, with anything else nothing."""
        if not self.page:
            return "default-src 'none'; frame-ancestors 'none'"
        socket = f"{'wss' if self.door.scheme == 'https' else 'ws'}://{headers_by_name(self.scope)[b'host'][0].decode('latin-1')}"
        return "; ".join(
            f"{name} {value.format(nonce=self.nonce, socket=socket)}" for name, value in POLICY.items()
        )


def headers_by_name(scope):
    """A request's headers: name -> every value of it."""
    told = {}
    for name, value in scope["headers"]:
        told.setdefault(name.lower(), []).append(value)
    return told


def harden_cookie(cookie, scheme):
    """A cookie of Solara's, which it would hand to any page that shows this one in a frame."""
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
