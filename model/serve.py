"""Serves a model on this machine, as SageMaker does: `python -m model.serve --model DIR/model.tar.gz --port 8080`.

GET /ping answers 200 when the model is loaded, and 503 before. POST /invocations answers as inference.py does. The server prints
its address when it is ready, logs the status of each request and no body, and ends at SIGTERM or SIGINT after the requests that
it has. Exit code 1 is a model that cannot be loaded or a port that cannot be had.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from model import archive, inference
from model.model_json import ModelFaultError
from model.scoring import Model

MAX_BODY = 6 << 20  # bytes of a request, SageMaker's limit
IDLE_SECONDS = 60.0  # that a client may be silent
JSON = "application/json"


class ModelServer(ThreadingHTTPServer):
    """A server of one model. Without a model it answers 503."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int]) -> None:
        self.model: Model | None = None
        self.stopping = False
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def url(self) -> str:
        """Return the address that the server listens at."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def stop(self) -> None:
        """Take no more requests, answer those that were read, and return when the last one is answered."""
        with self._lock:
            self.stopping = True
            for connection in self._connections:
                _end_reading(connection)
        self.shutdown()
        self.server_close()  # waits for the threads

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection, so that stop can end it while it is idle."""
        with self._lock:
            self._connections.add(connection)
            if self.stopping:
                _end_reading(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._connections.discard(connection)

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Log the kind of an error, such as a client that hung up, without what it carries."""
        log(f"a connection ended with {type(sys.exc_info()[1]).__name__}")


def _end_reading(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the client was faster
        connection.shutdown(socket.SHUT_RD)


def log(text: str) -> None:
    """Write a line to the log."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "clinical-risk-model", ""
    timeout = IDLE_SECONDS
    wbufsize = -1  # one packet for an answer
    server: ModelServer

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.closed(self.connection)
        super().finish()

    def do_GET(self) -> None:
        if self.path != "/ping":
            self._refuse(*((405, "use POST /invocations") if self.path == "/invocations" else (404, "want GET /ping or POST /invocations")))
        elif self.server.model is None or self.server.stopping:
            self._refuse(503, "the model is not loaded")
        else:
            self._answer(200, "{}", JSON)

    def do_POST(self) -> None:
        if self.path != "/invocations":
            self._refuse(*((405, "use GET /ping") if self.path == "/ping" else (404, "want GET /ping or POST /invocations")))
            return
        body = self._body()
        if body is None:
            return
        if self.server.model is None:
            self._refuse(503, "the model is not loaded")
            return
        try:
            answer = inference.answer(self.server.model, body, self.headers.get("Content-Type"), self.headers.get("Accept"))
        except Exception as error:  # A request must not end the server, and its data must not reach the log.
            log(f"the model failed with {type(error).__name__}")
            self._refuse(500, "the model failed")
            return
        self._answer(*answer)

    def _body(self) -> bytes | None:
        """Read the body, or refuse the request and return None."""
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Transfer-Encoding") or not length.isascii() or not length.isdigit():
            self._refuse(411, "send the length of the body as Content-Length")
            return None
        if int(length[:20]) > MAX_BODY:
            self._refuse(413, f"the body has more than {MAX_BODY} bytes: send fewer subjects in a request")
            return None
        try:
            body = self.rfile.read(int(length))
        except socket.timeout:
            self._refuse(408, "the body did not come in time")
            return None
        if len(body) < int(length):
            self._refuse(400, "the body is shorter than Content-Length says")
            return None
        return body

    def _refuse(self, status: int, message: str) -> None:
        self.close_connection = True  # what is left of the body is no request
        self._answer(status, json.dumps({"error": message}), JSON)

    def _answer(self, status: int, body: str, content_type: str) -> None:
        content = body.encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection or self.server.stopping:
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is not HTTP, or has another method, in JSON."""
        self._refuse(code, "want GET /ping or POST /invocations, over HTTP/1.1")

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        path = self.path if getattr(self, "path", "") in ("/ping", "/invocations") else "(another path)"
        if path != "/ping" or code != 200:
            log(f"{self.command or '-'} {path} {code}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Log nothing else: the base class would log the text of bad requests."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until a signal ends it. Return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m model.serve", description="Serves a model as SageMaker does.")
    parser.add_argument("--model", type=Path, required=True, help="model.tar.gz, model.json, or a folder with model.json")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen at. Default: 127.0.0.1, this machine only")
    parser.add_argument("--port", type=int, default=8080, help="the port, 0 for any that is free. Default: 8080")
    parsed = parser.parse_args(arguments)
    try:
        server = ModelServer((parsed.host, parsed.port))
    except (OSError, OverflowError) as error:
        log(f"{parsed.host}:{parsed.port} cannot be had ({getattr(error, 'strerror', None) or error}): use another --port")
        return 1
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    code = 0
    try:
        server.model = archive.load(parsed.model)
        sys.stdout.write(f"listening at {server.url()}\n")
        sys.stdout.flush()
        ended.wait()
    except (ModelFaultError, OSError) as error:
        log(f"{parsed.model}: {error.strerror if isinstance(error, OSError) else error}")
        code = 1
    server.stop()
    return code


if __name__ == "__main__":
    sys.exit(main())
