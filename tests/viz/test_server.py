"""Access to the page: who may enter, by which address, how many, and the messages when something fails."""

import asyncio
import gc
import hmac
import json
import logging
import os
import re
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections import defaultdict
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from browser import open_browser
from cli_runner import typist

from cogov.bench.page.page_visitors import Visitor
from cogov.bench.page.page_visitors import start_server as serving_page
from cogov.cli import serve
from cogov.engine.texts.errors import UserError
from cogov.viz.server import access_control as doors
from cogov.viz.server import server as web
from cogov.viz.server.access_control import (
    ABREAST,
    FULL,
    LINE,
    SESSIONS,
    TWICE,
    AccessControl,
)
from cogov.viz.server.responses import HEADERS, LOG

PORT = 8000
HOST = f"127.0.0.1:{PORT}"
US = f"http://{HOST}"
VISIT, OTHER = "11111111-2222-4333-8444-555555555555", "99999999-2222-4333-8444-555555555555"
SOCKET = f"/jupyter/api/kernels/{VISIT}/channels?session_id=page-1"
CLOSE = f"/_solara/api/close/{VISIT}?session_id=page-1"
TOKEN = "the-right-word"
PATIENCE = 60  # seconds; machines are shared


class Inside:
    """Replaces Solara: keeps what reaches it, and answers."""

    def __init__(
        self, status=200, body=b"<html><script>1</script></html>", headers=(), error=None, late=None
    ):
        self.reached, self.status, self.body, self.headers, self.error, self.late = (
            [],
            status,
            body,
            list(headers),
            error,
            late,
        )

    async def __call__(self, scope, receive, send):
        self.reached.append(scope)
        if self.error:
            raise self.error
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            while (await receive())["type"] != "websocket.disconnect":
                pass
            return
        await send(
            {
                "type": "http.response.start",
                "status": self.status,
                "headers": [(b"content-type", b"text/html"), *self.headers],
            }
        )
        await send({"type": "http.response.body", "body": self.body})
        if self.late:
            raise self.late


def send_request(door, target, method="GET", headers=None, server=("127.0.0.1", PORT)):
    """Return (status, headers as a dict of lists, body) of a request that is sent as spelt.

    A websocket's status is 101, or 403 where it is refused.
    """
    raw, _, query = target.partition("?")
    told = (
        headers
        if isinstance(headers, list)
        else list(
            ({"host": HOST} | ({} if method in ("GET", "HEAD") else {"origin": US}) | (headers or {})).items()
        )
    )
    told = [(name.encode(), value.encode("latin-1")) for name, value in told if value is not None]
    scope = {
        "http_version": "1.1",
        "path": raw,
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "headers": told,
        "server": server,
        "client": ("127.0.0.1", 1),
        "root_path": "",
        "state": {},
    }
    scope |= (
        {"type": "websocket", "scheme": "ws"}
        if method == "SOCKET"
        else {"type": "http", "scheme": "http", "method": method}
    )
    come, sent = (
        iter(
            [
                {"type": "websocket.connect" if method == "SOCKET" else "http.request", "body": b""},
                {"type": "websocket.disconnect", "code": 1001},
            ]
        ),
        [],
    )

    async def receive():
        return next(come, None) or await asyncio.Event().wait()  # they stay

    async def send(message):
        sent.append(message)

    asyncio.run(door(scope, receive, send))
    if method == "SOCKET":
        return 101 if sent[0]["type"] == "websocket.accept" else 403, {}, b""
    kept = {}
    for name, value in sent[0]["headers"]:
        kept.setdefault(name.decode(), []).append(value.decode())
    return sent[0]["status"], kept, b"".join(one.get("body", b"") for one in sent[1:])


@pytest.fixture
def inside():
    return Inside()


@pytest.fixture
def door(inside):
    return AccessControl(inside, PORT)


@pytest.fixture
def log_lines():
    """Return what the server logs for its operator."""
    kept = []
    handler = logging.Handler()
    handler.emit = lambda record: kept.append(record.getMessage())
    LOG.addHandler(handler)
    yield kept
    LOG.removeHandler(handler)


EVERY_WAY = [("GET", "/"), ("GET", "/static/main.js"), ("POST", CLOSE), ("SOCKET", SOCKET)]


@pytest.mark.parametrize(("method", "target"), EVERY_WAY)
def test_the_page_itself_gets_through(door, inside, method, target):
    for name in (HOST, f"localhost:{PORT}", f"LocalHost:{PORT}"):
        assert send_request(door, target, method, {"host": name, "origin": f"http://{name.lower()}"})[0] in (
            200,
            101,
        )
    assert len(inside.reached) == 3


HOSTS = [
    "evil.example",
    f"evil.example:{PORT}",
    "127.0.0.1",
    "127.0.0.1:8001",
    f"{HOST}.evil.example",
    f"{HOST}@evil.example",
    f"evil.example@{HOST}",
    f"{HOST}, evil.example",
    f"127.0.0.2:{PORT}",
    f"0.0.0.0:{PORT}",
    f"[::1]:{PORT}",
    f"2130706433:{PORT}",
    "",
    None,
]


@pytest.mark.parametrize(("method", "target"), EVERY_WAY)
def test_no_other_name_is_answered_to(door, inside, method, target):
    for host in HOSTS:
        assert send_request(door, target, method, {"host": host})[0] in (421, 403), host
    assert send_request(door, target, method, [("host", HOST), ("host", "evil.example"), ("origin", US)])[
        0
    ] in (
        421,
        403,
    )
    assert inside.reached == []


ORIGINS = [
    "http://evil.example",
    "null",
    f"https://{HOST}",
    "http://127.0.0.1",
    "http://127.0.0.1:8001",
    f"{US}.evil.example",
    f"{US}/",
    f"http://evil.example#{US}",
    "",
]


@pytest.mark.parametrize(("method", "target"), EVERY_WAY)
def test_no_other_page_is_served(door, inside, method, target):
    for origin in ORIGINS:
        assert send_request(door, target, method, {"origin": origin})[0] == 403, origin
    assert (
        send_request(
            door, target, method, [("host", HOST), ("origin", US), ("origin", "http://evil.example")]
        )[0]
        == 403
    )
    assert inside.reached == []


@pytest.mark.parametrize(("method", "target"), EVERY_WAY[2:])
def test_a_request_without_an_origin_may_only_read(door, inside, method, target):
    """Every browser sends its origin there."""
    assert send_request(door, target, method, {"origin": None})[0] == 403
    assert inside.reached == []


def test_forwarded_headers_do_not_arrive(door, inside):
    told = (
        "X-Script-Name",
        "Script-Name",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Prefix",
        "X-Forwarded-Port",
        "Forwarded",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Real-IP",
    )
    for method, target in EVERY_WAY:
        send_request(
            door,
            target,
            method,
            {
                "accept": "a",
                "origin": US,
                **dict.fromkeys(told, "evil"),
                **dict.fromkeys(map(str.lower, told), "evil"),
            },
        )
    for scope in inside.reached:
        assert {name for name, _ in scope["headers"]} == {b"host", b"origin", b"accept"}
        assert scope["root_path"] == "" and scope["scheme"] in ("http", "ws")


def test_behind_a_proxy_what_was_declared_holds_and_not_what_is_said(inside):
    door = AccessControl(inside, PORT, token=TOKEN, outside="https://Lab.example/cogov/")
    mine = {
        "host": "lab.example",
        "cookie": f"cogov-{PORT}={TOKEN}",
        "origin": "https://lab.example",
        "x-forwarded-proto": "http",
        "x-script-name": "/evil",
    }
    for target in ("/cogov/static/main.js", "/static/main.js"):  # proxies take the folder off, or leave it
        assert send_request(door, target, headers=mine)[0] == 200
        assert (
            inside.reached[-1]["path"],
            inside.reached[-1]["scheme"],
            inside.reached[-1]["root_path"],
        ) == ("/static/main.js", "https", "")
        assert {name for name, _ in inside.reached[-1]["headers"]} == {b"host", b"cookie", b"origin"}
    assert (
        send_request(door, "/cogov" + SOCKET, "SOCKET", mine)[0] == 101
        and inside.reached[-1]["scheme"] == "wss"
    )
    assert send_request(door, "/cogovernment", headers=mine)[0] == 404
    assert send_request(door, "/", headers=mine | {"host": "evil.example"})[0] == 421
    assert send_request(door, "/", headers=mine | {"origin": "http://lab.example"})[0] == 403
    cookie = send_request(door, f"/cogov/join/{TOKEN}", headers={"host": "lab.example"})[1]["set-cookie"][0]
    assert "Path=/cogov/" in cookie and cookie.endswith("; Secure")


def test_in_a_classroom_the_address_that_was_reached_is_a_name_too(inside):
    mine, here = (
        {"host": f"192.168.1.7:{PORT}", "origin": f"http://192.168.1.7:{PORT}"},
        ("192.168.1.7", PORT),
    )
    assert send_request(AccessControl(inside, PORT, arriving=True), "/", headers=mine, server=here)[0] == 200
    assert send_request(AccessControl(inside, PORT, arriving=True), "/", headers=mine)[0] == 421
    assert send_request(AccessControl(inside, PORT), "/", headers=mine, server=here)[0] == 421


STEPS = [
    "../{}",
    "..%2f{}",
    "%2e%2e/{}",
    "%2e%2e%2f{}",
    "%252e%252e%252f{}",
    "..\\{}",
    "..%5c{}",
    "%5c..%5c{}",
    "..%c0%af{}",
    "....//{}",
    ".//../{}",
    "/{}",
    "%2f{}",
    "a/../../{}",
    "{}%00.css",
    "{}\x00",
    "%00{}",
    "..;/{}",
    "{}/.",
    "{}//",
    "~/{}",
]
STATIC = ["/static/", "/static/assets/", "/static/public/", "/jupyter/nbextensions/", "/_solara/cdn/"]


@pytest.fixture
def solara(monkeypatch, tmp_path):
    """Start Solara's own application behind access control, with our folder of assets.

    Its state is restored afterwards.
    """
    import reacton.core
    import solara.server.app
    import solara.server.patch
    from solara.server import cdn_helper, settings

    for module in (solara.server.app, solara.server.patch, reacton.core):
        monkeypatch.setattr(module, "traceback", module.traceback)
    monkeypatch.setattr(cdn_helper, "fetch_from_cdn", cdn_helper.fetch_from_cdn)
    for name in ("mode", "use_pdb", "root_path", "base_url"):
        monkeypatch.setattr(settings.main, name, getattr(settings.main, name))
    monkeypatch.setattr(settings.telemetry, "mixpanel_enable", False)
    monkeypatch.setattr(settings.assets, "proxy_cache_dir", tmp_path / "cdn")
    (tmp_path / "cdn" / "some@1.0.0" / "dist").mkdir(parents=True)
    (tmp_path / "cdn" / "some@1.0.0" / "dist" / "there.css").write_text("here I am")
    (tmp_path / "secret").write_text("a secret")
    return web.guard_app(PORT)


@pytest.mark.parametrize("route", STATIC)
def test_nothing_but_the_static_files_can_be_read(solara, monkeypatch, route):
    """Any spelling that the page does not use is stopped before Solara."""
    monkeypatch.setattr(solara, "inside", spy := Inside())
    steps = [
        step.format(name)
        for step in STEPS
        for name in ("secret", "etc/passwd", "../secret", "../../../../../../../../etc/passwd")
    ]
    for step in steps:
        assert send_request(solara, route + step)[0] == 404, step
    assert spy.reached == []
    assert send_request(solara, f"http://{HOST}{route}")[0] == 404


def test_of_the_assets_nothing_is_fetched_and_nothing_deleted(solara, tmp_path):
    """Solara would do both.

    It fetches a missing asset from the network, and deletes a folder that is requested.
    """
    assert send_request(solara, "/_solara/cdn/some@1.0.0/dist/there.css")[::2] == (200, b"here I am")
    for missing in (
        "some@1.0.0",
        "some@1.0.0/dist",
        "some@1.0.0/dist/",
        "some@1.0.0/none.css",
        "none@1.0.0/none.css",
        "none",
        "",
        ".",
        "some@1.0.0/dist/there.css/more",
        "a" * 300,
        "a/" * 3000 + "a",
    ):
        assert send_request(solara, f"/_solara/cdn/{missing}")[0] == 404
    assert (tmp_path / "cdn" / "some@1.0.0" / "dist" / "there.css").exists()
    from solara.server import cdn_helper

    with pytest.raises(OSError, match="nothing is fetched"):
        cdn_helper.get_path(tmp_path / "cdn", "none@1.0.0/none.css")


def test_there_is_no_other_way_in(door, inside):
    for method, target in [
        ("GET", "/docs"),
        ("GET", "/jupyter/api/kernels/1"),
        ("GET", "/join/x"),
        ("GET", CLOSE),
        ("POST", "/"),
        ("POST", "/_solara/api/evict/" + VISIT),
        ("PUT", "/"),
        ("DELETE", "/static/main.js"),
        ("OPTIONS", "/"),
        ("TRACE", "/"),
        ("SOCKET", "/"),
        ("SOCKET", SOCKET.partition("?")[0]),
        ("SOCKET", SOCKET + "/../"),
        ("SOCKET", SOCKET.replace(VISIT, "1")),
        ("SOCKET", SOCKET.replace(VISIT, VISIT[:-1] + "%31")),
    ]:
        assert send_request(door, target, method)[0] in (403, 404), target
    assert inside.reached == []


@pytest.mark.parametrize(("method", "target"), EVERY_WAY)
def test_in_a_classroom_only_those_with_the_word_come_in(inside, method, target):
    door = AccessControl(inside, PORT, token=TOKEN)
    name = f"cogov-{PORT}"
    for cookie in (
        None,
        "",
        "cogov=x",
        f"{name}=",
        f"{name}=wrong",
        f"{name}={TOKEN}x",
        f"{name}={TOKEN[:-1]}",
        f"{name}={TOKEN.upper()}",
        f"cogov-{PORT + 1}={TOKEN}",
        f"{name}=\xe9",
    ):
        status, headers, body = send_request(door, target, method, {"cookie": cookie})
        assert status == 403 and "set-cookie" not in headers and TOKEN.encode() not in body
    assert inside.reached == []
    assert send_request(door, target, method, {"cookie": f"a=b; {name}={TOKEN}; c=d"})[0] in (200, 101)


def test_the_link_leaves_a_cookie_that_no_script_and_no_other_page_gets(inside):
    door = AccessControl(inside, PORT, token=TOKEN)
    status, headers, body = send_request(door, f"/join/{TOKEN}")
    assert status == 200 and TOKEN.encode() not in body and b'url=/"' in body
    (cookie,) = headers["set-cookie"]
    assert [part.strip() for part in cookie.split(";")] == [
        f"cogov-{PORT}={TOKEN}",
        "Path=/",
        "HttpOnly",
        "SameSite=Strict",
    ]
    assert headers["referrer-policy"] == ["same-origin"] and headers["cache-control"] == ["no-store"]
    for wrong in ("", "wrong", TOKEN + "/", TOKEN[:-1], f"{TOKEN}%00", "%74he-right-word"):
        assert send_request(door, f"/join/{wrong}")[0] == 403
    assert send_request(door, f"/join/{TOKEN}", headers={"host": "evil.example"})[0] == 421
    assert inside.reached == []


def test_the_teachers_link_lets_in_and_is_told_from_that_of_the_class(inside):
    door = AccessControl(inside, PORT, token=TOKEN, teacher="another-word")
    for word in (TOKEN, "another-word"):
        (cookie,) = send_request(door, f"/join/{word}")[1]["set-cookie"]
        assert cookie.startswith(f"cogov-{PORT}={word};")
        assert send_request(door, "/", headers={"cookie": f"cogov-{PORT}={word}"})[0] == 200
    assert send_request(door, "/join/")[0] == send_request(door, "/join/another")[0] == 403
    assert send_request(AccessControl(inside, PORT, token=TOKEN), "/join/")[0] == 403, (
        "no teacher, no empty word"
    )


def test_the_word_is_compared_without_telling_how_much_of_it_is_right(inside, monkeypatch):
    compared = []
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append((a, b)) or True)
    send_request(AccessControl(inside, PORT, token=TOKEN), "/join/wrong")
    assert compared == [(b"wrong", TOKEN.encode())]


def test_solaras_cookie_is_out_of_reach_too():
    inside = Inside(
        headers=[
            (b"Set-Cookie", b"solara-session-id=abc; Path=/; SameSite=none; Secure"),
            (b"Set-Cookie", b"solara-session-id-lax=abc; Path=/; SameSite=lax"),
        ]
    )
    assert send_request(AccessControl(inside, PORT), "/")[1]["set-cookie"] == [
        "solara-session-id=abc; Path=/; HttpOnly; SameSite=Lax",
        "solara-session-id-lax=abc; Path=/; HttpOnly; SameSite=Lax",
    ]


def visit_of(n):
    return f"{n:08d}{VISIT[8:]}"


def test_when_it_is_full_no_one_else_is_let_in_and_no_one_loses_their_place(inside):
    there = {visit_of(n): None for n in range(SESSIONS - 1)}
    door = AccessControl(inside, PORT, living=lambda: there)
    door.sockets.update(dict.fromkeys(there, 1))
    assert send_request(door, "/")[0] == 200
    door.sockets[OTHER] = 1  # somebody who has just connected, and is not counted as present yet
    assert send_request(door, SOCKET, "SOCKET")[0] == 403
    status, _, body = send_request(door, "/")
    assert status == 503 and body.decode() == FULL
    reached = len(inside.reached)
    assert send_request(door, SOCKET.replace(VISIT, visit_of(1)), "SOCKET")[0] == 101
    assert send_request(door, SOCKET.replace(VISIT, OTHER), "SOCKET")[0] == 101
    door.sockets[OTHER] = TWICE
    assert send_request(door, SOCKET.replace(VISIT, OTHER), "SOCKET")[0] == 403
    assert len(inside.reached) == reached + 2
    del door.sockets[OTHER]
    assert send_request(door, SOCKET, "SOCKET")[0] == 101
    assert set(door.sockets) == set(there)  # who has gone is not counted


class Kept:
    """A visit as Solara keeps it, until it is closed."""

    def __init__(self, there, name, error=None):
        self.there, self.name, self.error, self.session_id = there, name, error, "mine"
        there[name] = self

    def close(self, reason):
        if self.error:
            raise self.error
        del self.there[self.name]


def test_dropped_visits_fill_nothing_and_who_left_first_makes_room_first(inside):
    """Sixty visitors whose socket was cut: the page opens, and connected visitors stay.

    Each newcomer takes the place of the visitor who has been away longest.
    """
    there = {}
    door = AccessControl(inside, PORT, living=lambda: there)
    connected, unseen, *left = [visit_of(n) for n in range(SESSIONS)]
    left = left[30:] + left[:30]  # they did not leave as they came
    for name in (connected, *left, unseen):
        Kept(there, name)
    door.sockets[connected] = 1
    for name in left:
        assert send_request(door, SOCKET.replace(VISIT, name), "SOCKET")[0] == 101
    assert len(there) == SESSIONS and send_request(door, "/")[0] == 200
    for n in range(3):
        assert send_request(door, SOCKET.replace(VISIT, new := visit_of(1000 + n)), "SOCKET")[0] == 101
        Kept(there, new)
        assert len(there) == SESSIONS and set(there) >= {connected, *left[n:]} and unseen not in there
    assert left[0] not in there and left[1] not in there and not door.closing


def test_a_visit_that_cannot_be_closed_keeps_no_one_out_and_is_logged(inside, log_lines):
    there = {}
    for n in range(SESSIONS):
        Kept(there, visit_of(n), ValueError("it sticks"))
    assert send_request(AccessControl(inside, PORT, living=lambda: there), SOCKET, "SOCKET")[0] == 101
    assert "it sticks" in log_lines[0]


def test_who_has_connected_before_keeps_their_visit(inside):
    """The socket was lost, not the visit: nothing is closed for it, though no place is free."""
    there = {}
    for n in range(SESSIONS):
        Kept(there, visit_of(n))
    assert (
        send_request(
            AccessControl(inside, PORT, living=lambda: there), SOCKET.replace(VISIT, visit_of(7)), "SOCKET"
        )[0]
        == 101
    )
    assert len(there) == SESSIONS


def simulate_arrivals(monkeypatch, drawn, patience=PATIENCE):
    """Let many arrive at one moment, then one who had lost the socket.

    Returns who is inside at first and after each of `drawn` got a town, whether the last one is, and the
    turns that are free when all have gone.
    """
    monkeypatch.setattr(doors, "DRAWN", patience)
    towns, begun, inside = defaultdict(asyncio.Event), [], []

    async def page(scope, receive, send):
        visit = scope["path"].split("/")[4]
        begun.append(visit)
        await send({"type": "websocket.accept"})
        await towns[visit].wait()
        await send({"type": "websocket.send", "text": "a button"})
        await send({"type": "websocket.send", "bytes": b"the films"})
        await asyncio.Event().wait()  # they stay

    async def send(message):
        pass

    def receiving():
        come = iter([{"type": "websocket.connect"}])

        async def receive():
            return next(come, None) or await asyncio.Event().wait()

        return receive

    async def settled():  # far more rounds than anybody needs; no clock, for machines are shared
        for _ in range(200):
            await asyncio.sleep(0)

    async def day():
        door = AccessControl(page, PORT, living=lambda: {OTHER: None})
        visits = [f"{n:08d}{VISIT[8:]}" for n in range(3 * ABREAST)]
        headers = [(b"host", HOST.encode()), (b"origin", US.encode())]
        scope = {
            "type": "websocket",
            "scheme": "ws",
            "query_string": b"session_id=page-1",
            "headers": headers,
        }
        arrive = lambda visit: asyncio.create_task(
            door(scope | {"path": f"/jupyter/api/kernels/{visit}/channels"}, receiving(), send)
        )
        tasks = list(map(arrive, visits))
        for n in (None, *drawn):
            if n is not None:
                towns[visits[n]].set()
            await settled()
            inside.append([visits.index(visit) for visit in begun])
        tasks.append(arrive(OTHER))
        await settled()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return inside, OTHER in begun, door.turns._value

    return asyncio.run(day())


def test_those_who_arrive_at_one_moment_are_drawn_a_few_at_a_time_and_in_turn(monkeypatch):
    inside, again, left = simulate_arrivals(monkeypatch, drawn=(1, 0, 2))
    assert inside == [list(range(ABREAST + n)) for n in range(4)] and again and left == ABREAST


def test_a_visitor_who_is_never_drawn_delays_no_one(monkeypatch):
    (inside,), again, left = simulate_arrivals(monkeypatch, drawn=(), patience=0.0)
    assert inside == list(range(3 * ABREAST)) and again and left == ABREAST


def connect_alone(inside, messages, before=0):
    """Return what is sent to a visitor whose socket sends these messages and is then silent.

    `before` turns are taken. Also returns the access control, once the visitors have gone.
    """
    sent = []

    async def day():
        door = AccessControl(inside, PORT)
        for _ in range(before):
            await door.turns.acquire()
        come = iter(messages)

        async def receive():
            return next(come, None) or await asyncio.Event().wait()

        async def send(message):
            sent.append(message)

        headers = [(b"host", HOST.encode()), (b"origin", US.encode())]
        scope = {
            "type": "websocket",
            "scheme": "ws",
            "query_string": b"session_id=page-1",
            "headers": headers,
            "path": SOCKET.partition("?")[0],
        }
        await asyncio.wait_for(door(scope, receive, send), PATIENCE)
        return door

    return sent, asyncio.run(day())


CONNECT, LEAVE = {"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1006}


def test_who_leaves_while_they_wait_for_their_turn_holds_no_place_and_is_not_drawn(inside):
    sent, door = connect_alone(inside, [CONNECT, LEAVE], before=ABREAST)
    assert inside.reached == [] and not door.sockets and door.turns._value == 0


def test_who_connects_and_then_says_nothing_is_let_go(inside, monkeypatch):
    monkeypatch.setattr(doors, "SILENCE", 0.05)
    sent, door = connect_alone(inside, [CONNECT])
    assert len(inside.reached) == 1 and not door.sockets and door.turns._value == ABREAST


def test_who_has_said_something_may_be_silent(monkeypatch):
    monkeypatch.setattr(doors, "SILENCE", 0.05)
    heard = []

    async def page(scope, receive, send):
        for _ in range(3):
            heard.append((await receive())["type"])
        with pytest.raises(TimeoutError):  # nothing more comes, not even a goodbye
            await asyncio.wait_for(receive(), 0.3)

    connect_alone(
        page,
        [CONNECT, {"type": "websocket.receive", "text": "a"}, {"type": "websocket.receive", "text": "b"}],
    )
    assert heard == ["websocket.connect", "websocket.receive", "websocket.receive"]


def test_no_one_ends_the_visit_of_another(inside):
    door = AccessControl(inside, PORT, living=lambda: {VISIT: SimpleNamespace(session_id="mine")})
    for cookie in (None, "solara-session-id=other", "solara-session-id="):
        assert send_request(door, CLOSE, "POST", {"cookie": cookie})[0] == 403
    assert inside.reached == []
    assert send_request(door, CLOSE, "POST", {"cookie": "solara-session-id=mine"})[0] == 200


WIDGETS = (
    "Town",
    "Chart",
    "Address",
    "ScreenWidget",
    "Drawer",
    "FileOpener",
    "SelectBox",
    "Keys",
    "ArmTable",
)


@pytest.mark.parametrize("name", WIDGETS)
def test_a_widget_that_is_closed_is_freed(name):
    """For a script that is a file, anywidget keeps every widget that shows it: a dozen for each visit."""
    import anywidget

    # as the page has it: without a server solara keeps every widget's comm
    import solara.server.app  # noqa: F401

    from cogov.viz.results import app  # noqa: F401  brings them all

    kinds = {
        kind.__name__: kind
        for kind in anywidget.AnyWidget.__subclasses__()
        if kind.__module__.startswith("cogov.")
    }
    assert set(kinds) == {*WIDGETS}
    one = kinds[name]()
    kept = weakref.ref(one)
    one.close()
    del one
    gc.collect()
    assert kept() is None


def test_nothing_is_taken_in_but_by_the_socket(door, inside):
    for headers in (
        {"content-length": "1"},
        {"content-length": "99999999999"},
        {"content-length": "-1"},
        {"content-length": "x"},
        {"transfer-encoding": "chunked"},
    ):
        assert send_request(door, CLOSE, "POST", headers)[0] == 413
    assert inside.reached == []
    assert send_request(door, CLOSE, "POST", {"content-length": "0"})[0] == 200


@pytest.mark.parametrize("target", ["/", "/static/main.js"])
@pytest.mark.parametrize("how", ["raised", "said", "raised after an answer"])
def test_of_an_error_visitors_see_its_number_and_the_log_the_rest(log_lines, target, how):
    try:
        raise OSError("/home/somebody/secret.toml")
    except OSError as error:
        inside = {
            "raised": Inside(error=error),
            "said": Inside(500, b"Traceback: /home/somebody/secret.toml"),
            "raised after an answer": Inside(500, b"Traceback: /home", late=error),
        }[how]
    status, headers, body = send_request(AccessControl(inside, PORT), target)
    assert (
        status == 500
        and not re.search(rb"Traceback|home|secret|OSError|line \d", body)
        and headers["content-type"] == ["text/plain; charset=utf-8"]
    )
    if how != "said":
        (name,) = re.findall(r"error ([0-9a-f]{8})", body.decode())
        assert (
            f"error {name}" in log_lines[0] and "secret.toml" in log_lines[0] and "Traceback" in log_lines[0]
        )


def test_a_socket_that_breaks_is_closed_and_noted(log_lines):
    door = AccessControl(Inside(error=OSError("/home/somebody")), PORT)
    assert send_request(door, SOCKET, "SOCKET")[0] == 403
    assert "/home/somebody" in log_lines[0] and not door.sockets


def test_what_breaks_within_the_page_is_a_number_there_too(solara, log_lines):
    """Solara and Reacton would show the traceback."""
    import reacton
    import solara as page

    @page.component
    def Broken():
        raise ValueError("<b>/home/somebody</b>")

    box, rendered = reacton.render(Broken(), handle_error=True)
    said = box.children[0].value
    rendered.close()
    assert re.search("error [0-9a-f]{8}", said) and not re.search("Traceback|home|ValueError|File", said)
    assert "/home/somebody" in log_lines[0] and "Traceback" in log_lines[0]


@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        ("GET", "/", {}),
        ("GET", "/static/main.js", {}),
        ("GET", "/none", {}),
        ("GET", "/", {"host": "evil.example"}),
        ("POST", CLOSE, {"content-length": "9"}),
        ("HEAD", "/", {}),
    ],
)
def test_every_answer_says_what_a_browser_may_do_with_it(door, method, target, headers):
    _, told, _ = send_request(door, target, method, headers)
    assert {name: told[name] for name in HEADERS} == {name: [value] for name, value in HEADERS.items()}
    (policy,) = told["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "evil" not in policy


def test_only_scripts_that_are_the_pages_own_run():
    door = AccessControl(Inside(body=b"<script>1</script><script src='a'></script><scripture>"), PORT)
    (_, one, body), (_, other, _) = send_request(door, "/"), send_request(door, "/")
    nonces = [
        re.search(r"script-src 'self' 'nonce-([\w-]{20,})'", told["content-security-policy"][0])[1]
        for told in (one, other)
    ]
    assert nonces[0] != nonces[1]
    assert (
        body.decode()
        == f'<script nonce="{nonces[0]}">1</script><script nonce="{nonces[0]}" src=\'a\'></script><scripture>'
    )
    assert one["content-length"] == [str(len(body))]
    assert "unsafe-inline" not in re.search("script-src[^;]*", one["content-security-policy"][0])[0]


def test_only_a_classroom_is_served_beyond_this_machine():
    assert serve.address(False, "") == "127.0.0.1"
    assert (
        serve.address(True, "") == "0.0.0.0"
        and serve.address(True, "10.0.0.7") == "10.0.0.7"
        and serve.address(True, "::1") == "::1"
    )
    for classroom, bind in (
        (False, "0.0.0.0"),
        (False, "127.0.0.1"),
        (True, "evil.example"),
        (True, "10.0.0.300"),
    ):
        with pytest.raises(UserError, match=re.escape(bind)):
            serve.address(classroom, bind)


@pytest.mark.parametrize(
    "wrong",
    [
        "lab.example",
        "ftp://lab.example",
        "https://",
        "https://a@lab.example",
        "https://lab.example/?a",
        "https://lab.example/%2e",
    ],
)
def test_a_proxy_is_an_address(wrong):
    with pytest.raises(UserError, match="--proxy"):
        serve.outside(wrong)


def test_a_port_that_is_taken_is_one_line_and_2(monkeypatch, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        status, out, err = typist(monkeypatch, capsys, "serve", "--no-open")("--port", taken.getsockname()[1])
    assert (status, out) == (2, "") and err.count("\n") == 1 and "without --port" in err


def test_the_join_link_is_also_a_picture(capsys):
    pytest.importorskip("segno")
    serve.invite("http://10.0.0.7:8000/join/abc")
    said = capsys.readouterr().out
    assert (
        "http://10.0.0.7:8000/join/abc" in said
        and len([line for line in said.splitlines() if re.search("[▀▄█]", line)]) > 8
    )


@contextmanager
def serve_app(inside):
    """Serve an application by uvicorn as `cogov serve` does; return the port."""
    with serve.bind_socket("127.0.0.1", 0) as one:
        port = one.getsockname()[1]
        loggers = [logging.getLogger(name) for name in web.LOGGING["loggers"]]
        before = [(logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
        server = web.build_server(AccessControl(inside, port))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [one]}, daemon=True)
        thread.start()
        try:
            end = time.monotonic() + PATIENCE
            while not server.started:
                assert thread.is_alive() and time.monotonic() < end
                time.sleep(0.02)
            yield port
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
            for logger, (handlers, level, propagate) in zip(loggers, before):
                logger.handlers, logger.propagate = handlers, propagate
                logger.setLevel(level)


class Quiet(Inside):
    """Answers; logs nothing of its lifespan."""

    async def __call__(self, scope, receive, send):
        if scope["type"] != "lifespan":
            return await super().__call__(scope, receive, send)
        for what in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{what}.complete"})


def send_words(port, words):
    one = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    one.sendall(words)
    return one


def test_a_silent_connection_is_closed_while_others_are_served(monkeypatch):
    monkeypatch.setattr(web, "SILENCE", 0.5)
    with serve_app(Quiet()) as port:
        upgrade = (
            f"GET {SOCKET} HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{port}\r\n"
            f"Origin: http://127.0.0.1:{port}\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\n"
        )
        silent = [
            send_words(port, words) for words in (b"", b"G", b"GET / HTTP/1.1\r\nHost: 127", upgrade.encode())
        ]
        again = send_words(port, f"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        assert b"200 OK" in again.recv(4096)
        again.sendall(b"GET / HT")
        for dropped in (
            b"",
            b"GET",
            upgrade.encode(),
            (upgrade + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n").encode(),
        ):
            send_words(port, dropped).close()
        assert urlopen(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE).status == 200
        for one in (*silent, again):
            while one.recv(4096):
                pass
            one.close()
        assert urlopen(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE).status == 200


def test_a_message_or_a_file_that_is_too_large_ends_its_socket_only():
    from websockets.exceptions import ConnectionClosed, InvalidStatus
    from websockets.sync.client import connect

    with serve_app(inside := Quiet()) as port:
        where = f"ws://127.0.0.1:{port}{SOCKET}"
        origin = f"http://127.0.0.1:{port}"
        with (
            connect(where, origin=origin, proxy=None) as staying,
            connect(where.replace(VISIT, OTHER), origin=origin, proxy=None) as greedy,
        ):
            greedy.send(b"x" * (web.MESSAGE // 2))
            greedy.ping().wait(PATIENCE)
            with pytest.raises(ConnectionClosed) as reported:
                greedy.send(b"\0" * (web.MESSAGE + 1))  # a few hundred bytes, as it is sent
                greedy.recv(PATIENCE)
            assert reported.value.rcvd.code == 1009
            staying.send("still here")
            assert staying.ping().wait(PATIENCE)
        for stranger in ("http://evil.example", None):
            with pytest.raises(InvalidStatus, match="403"):
                connect(where, origin=stranger, proxy=None)
    assert len(inside.reached) == 2


@pytest.mark.parametrize(("method", "target"), EVERY_WAY)
def test_nothing_long_is_read(door, inside, method, target):
    """Neither an address nor a header."""
    assert send_request(door, target, method, {"x-long": "x" * LINE})[0] in (431, 403)
    assert send_request(door, target + "?&"["?" in target] + "x" * LINE, method)[0] in (431, 403)
    assert inside.reached == []


@contextmanager
def serve_case(*options):
    """Run `cogov serve wuzi_yard` in a process; return (port, what it prints first)."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cogov", "serve", "wuzi_yard", "--no-open", *options],
        env={**os.environ, "HOST": "0.0.0.0"},
        stdout=-1,
        stderr=-3,
        text=True,
    )
    try:
        first = process.stdout.readline()
        port = int(re.search(r":(\d+)", first)[1])
        end = time.monotonic() + PATIENCE
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert process.poll() is None and time.monotonic() < end
            time.sleep(0.1)
        yield port, first
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@pytest.mark.slow
def test_visits_that_were_cut_off_make_room_and_closed_ones_are_gone():
    """Two places, four visitors one after the other whose sockets are cut.

    Each gets the town, two at most are kept; who says goodbye is gone at once.
    """
    two = (
        "import sys; from cogov.viz.server import access_control as door; door.SESSIONS = 2; "
        "from cogov.cli.main import main; main()"
    )
    with serving_page("wuzi_yard", "-c", two) as server:
        for _ in range(4):
            visitor = Visitor(server.address)
            assert visitor.arrive() and 1 <= server.visits <= 2
            visitor.drop()
        staying, leaving = Visitor(server.address), Visitor(server.address)
        assert staying.arrive() and leaving.arrive() and Visitor(server.address).arrive() is None
        leaving.leave()
        server.quiet()
        assert server.visits == 1 and staying.click("grid_patrol", True)


@pytest.mark.slow
@pytest.mark.browser
def test_a_classroom_in_a_browser():
    """With the link one enters and the page works; without it, or in a frame, one does not.

    Injected markup does not run.
    """
    with serve_case("--classroom") as (port, first), open_browser() as browser:
        link = re.search(r"http://127.0.0.1:\d+/join/\S+", first)[0]
        stranger = browser.new_page()
        assert stranger.goto(f"http://127.0.0.1:{port}/").status == 403
        page = browser.new_context().new_page()
        complaints = []
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type == "error" else None
        )
        page.goto(link)
        page.wait_for_selector("#headline:not(.waits)", timeout=PATIENCE * 1000)
        page.wait_for_function("location.search.includes('view=')")
        assert (
            page.url.startswith(f"http://127.0.0.1:{port}/?room=compare")
            and "token" not in page.url
            and complaints == []
        )
        assert page.evaluate("document.cookie") == ""
        page.evaluate(
            "document.body.insertAdjacentHTML('beforeend', "
            "'<img src=x onerror=window.hit=1><a id=here href=javascript:window.hit=1>x</a>')"
        )
        page.evaluate("document.getElementById('here').click()")
        page.wait_for_timeout(500)
        assert page.evaluate("window.hit") is None and any(
            "Content Security Policy" in one for one in complaints
        )


@pytest.mark.slow
def test_what_is_served_is_what_was_tried_here():
    """A hostile header of the first visitor is not remembered, which it once was.

    Access control protects a real server.
    """
    with serve_case() as (port, _):
        us = f"http://127.0.0.1:{port}"
        page = urlopen(
            Request(
                us,
                headers={
                    "X-Script-Name": "/evil",
                    "X-Forwarded-Host": "evil.example",
                    "X-Forwarded-Proto": "https",
                },
            ),
            timeout=PATIENCE,
        )
        text = page.read().decode()
        assert "/evil" not in text and "evil.example" not in text and 'solara.rootPath = ""' in text
        assert text.count("<script nonce=") == text.count("<script") and " onload=" not in text
        assert "HttpOnly" in page.headers["Set-Cookie"] and page.headers["Server"] is None
        for target in set(re.findall(r'(?:src|href)="(/[^"]+)"', text)):
            assert urlopen(us + target, timeout=PATIENCE).status == 200
        for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
            with pytest.raises(HTTPError):
                urlopen(Request(us, headers=headers), timeout=PATIENCE)
        assert json.load(urlopen(f"{us}/resourcez", timeout=PATIENCE))["kernels"]["total"] == 0
