"""Redirects of short links against a bare ASGI 302, in one run on loopback.

    .venv/bin/python benchmarks/redirects.py [requests]

Each server runs in a process of its own (uvicorn, uvloop, httptools); the same client sends the
same requests over the same number of kept-alive connections. Prints requests a second, the 99th
percentile of an answer's time, the ratio of both, and whether every click was written.
"""

import asyncio
import multiprocessing
import socket
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import uvicorn

from promoter.core.period import Period
from promoter.store import clicks
from promoter.store.database import Store, open_store
from promoter.store.tables import LinkRow, PostRow
from promoter.web.links import Links

CONNECTIONS = 32
CODES = 200
ROUNDS = 3
AGENT = "Mozilla/5.0 (Linux; Android 14; SM-A155F) Chrome/130.0 Mobile Safari/537.36"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """Answer 302 to everything, and do nothing else."""
    if scope["type"] == "lifespan":
        await lived(receive, send, lambda: None, lambda: None)
        return
    headers = [(b"location", b"https://ban.example.vn/p/BL-086"), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 302, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def lived(receive: Any, send: Any, start: Any, stop: Any) -> None:
    """Speak the lifespan protocol."""
    await receive()
    start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    stop()
    await send({"type": "lifespan.shutdown.complete"})


def ours(url: str) -> Any:
    """Return the app of the short links on a store, with its counter running."""
    links = Links(open_store(url), ZONE, lambda: b"")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await lived(receive, send, links.counter.start, links.counter.stop)
        else:
            await links(scope, receive, send)

    return app


def serve(taken: socket.socket, url: str) -> None:
    """Serve the short links of a store, or the bare answer if there is none."""
    app = ours(url) if url else bare
    config = uvicorn.Config(app, log_level="error", access_log=False, lifespan="on")
    uvicorn.Server(config).run(sockets=[taken])


async def ask(port: int, codes: list[str], times: list[float]) -> None:
    """Send one request after another over one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for code in codes:
        request = f"GET /r/{code} HTTP/1.1\r\nHost: x\r\nUser-Agent: {AGENT}\r\n\r\n"
        began = time.perf_counter()
        writer.write(request.encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        times.append(time.perf_counter() - began)
        assert answer.startswith(b"HTTP/1.1 302"), answer[:80]
    writer.close()


async def load(port: int, total: int) -> tuple[float, float]:
    """Return requests a second and the 99th percentile in milliseconds."""
    times: list[float] = []
    each = [code(number % CODES) for number in range(total // CONNECTIONS)]
    began = time.perf_counter()
    await asyncio.gather(*(ask(port, each, times) for _ in range(CONNECTIONS)))
    seconds = time.perf_counter() - began
    return len(times) / seconds, sorted(times)[int(len(times) * 0.99)] * 1000


def code(number: int) -> str:
    """Return the code of one of the links."""
    return f"k{number:09d}"


def measure(url: str, total: int) -> tuple[float, float]:
    """Run a server, ask it, and stop it; the first tenth of the requests warms it up."""
    taken = socket.create_server(("127.0.0.1", 0))
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(taken, url))
    process.start()
    try:
        port = taken.getsockname()[1]
        asyncio.run(load(port, max(CONNECTIONS, total // 10)))
        return asyncio.run(load(port, total))
    finally:
        process.terminate()  # SIGTERM: uvicorn ends cleanly, and what was counted is written
        process.join(20)
        taken.close()


def filled(folder: str) -> str:
    """Make a store with links and return its address."""
    url = f"sqlite:///{folder}/promoter.db"
    store = open_store(url)
    now = store.now()
    with store.write() as session:
        session.add(
            PostRow(
                key="post",
                code="post",
                campaign="own",
                account="showcase",
                channel="showcase",
                placement="feed",
                day=date(2026, 11, 23),
                ordinal=0,
                at=now,
                producer="",
                card="",
                caption="",
                hashtags=[],
                approval="auto",
                max_lateness_seconds=0,
                reason={"text": "", "values": {}},
                created_at=now,
            )
        )
        session.flush()
        for number in range(CODES):
            target = "https://ban.example.vn/p/BL-086?utm_source=showcase"
            session.add(LinkRow(code=code(number), post_key="post", target=target, created_at=now))
    store.close()
    return url


def written(store: Store) -> int:
    """Return how many clicks were written."""
    with store.read() as session:
        sums = clicks.by_post(session, Period(date(2000, 1, 1), date(2999, 1, 1)))
    return sum(sum(found.values()) for found in sums.values())


def main() -> None:
    """Measure both in turn, several times, and print the middle of each."""
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 30_000
    with tempfile.TemporaryDirectory() as folder:
        url = filled(folder)
        pairs = [(measure("", total), measure(url, total)) for _ in range(ROUNDS)]
        store = open_store(url)
        counted = written(store)
        store.close()
        size = sum(path.stat().st_size for path in Path(folder).glob("promoter.db*")) / 1e6
    middle = sorted(pairs, key=lambda pair: pair[1][0] / pair[0][0])[ROUNDS // 2]
    for name, (rate, slow) in zip(("bare ASGI 302", "short links"), middle, strict=True):
        print(f"{name:14} {rate:8.0f} requests/s   p99 {slow:6.2f} ms")
    (bare_rate, bare_slow), (our_rate, our_slow) = middle
    each = total // CONNECTIONS + max(CONNECTIONS, total // 10) // CONNECTIONS
    sent = ROUNDS * CONNECTIONS * each
    print(
        f"ratio          {our_rate / bare_rate:8.0%} of the rate  p99 × {our_slow / bare_slow:.1f}"
    )
    print(f"clicks written {counted} of {sent}   database {size:.1f} MB")


if __name__ == "__main__":
    main()
