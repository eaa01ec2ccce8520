import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from model import inference, serve
from model.tests.trial import DOCUMENT, SUBJECT

ROOT = Path(__file__).parents[2]


@pytest.fixture
def server(model):
    server = serve.ModelServer(("127.0.0.1", 0))
    server.model = model
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.stop()


def ask(server, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection(*server.server_address, timeout=5)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, json.loads(content), answer


def test_ping(server, model):
    assert ask(server, "GET", "/ping")[:2] == (200, {})
    server.model = None
    assert ask(server, "GET", "/ping")[:2] == (503, {"error": "the model is not loaded"})
    assert ask(server, "POST", "/invocations", "{}")[0] == 503


def test_invocations(server):
    one = json.dumps({"features": SUBJECT})
    status, answer, response = ask(server, "POST", "/invocations", one, {"Content-Type": "application/json", "Accept": "application/json"})
    assert (status, answer["risk_score"], response.getheader("Content-Type")) == (200, 0.425557, "application/json")
    batch = json.dumps({"instances": [{"id": "5", "features": SUBJECT}, {"id": "6", "features": {}}]})
    assert [p["id"] for p in ask(server, "POST", "/invocations", batch)[1]["predictions"]] == ["5", "6"]
    assert ask(server, "POST", "/invocations", "{}")[0] == 400
    assert ask(server, "POST", "/invocations", one, {"Content-Type": "image/png"})[0] == 415


def test_keeps_the_connection(server):
    connection = http.client.HTTPConnection(*server.server_address, timeout=5)
    for _ in range(3):
        connection.request("POST", "/invocations", json.dumps({"features": SUBJECT}))
        answer = connection.getresponse()
        answer.read()
        assert (answer.status, answer.version, answer.getheader("Connection")) == (200, 11, None)
        socket_of = connection.sock
    assert connection.sock is socket_of
    connection.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("POST", "/", 404),
        ("GET", "/invocations", 405),
        ("POST", "/ping", 405),
        ("PUT", "/ping", 501),
        ("GET", "/ping?x", 404),
    ],
)
def test_other_requests(server, method, path, status):
    found, answer, response = ask(server, method, path, "x")
    assert (found, list(answer), response.getheader("Connection")) == (status, ["error"], "close")


def raw(server, content):
    with socket.create_connection(server.server_address, timeout=5) as connection:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("Content-Length: 99999999\r\n", 413),
        ("Content-Length: " + "9" * 5000 + "\r\n", 413),
        ("", 411),
        ("Content-Length: -1\r\n", 411),
        ("Content-Length: ²\r\n", 411),
        ("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", 411),
        ("Content-Length: 50\r\n", 400),
    ],
)
def test_lengths(server, head, status):
    answer = raw(server, f"POST /invocations HTTP/1.1\r\nHost: x\r\n{head}\r\n{{}}".encode())
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert answer.count(b"HTTP/1.1") == 1
    assert json.loads(answer.split(b"\r\n\r\n")[1])["error"]


def test_what_is_not_http(server, capfd):
    assert b'{"error": "want GET /ping' in raw(server, b"SECRET\r\n\r\n")
    assert "SECRET" not in "".join(capfd.readouterr())


def test_a_silent_client_loses_its_connection(server, monkeypatch):
    monkeypatch.setattr(serve._Handler, "timeout", 0.05)
    with socket.create_connection(server.server_address, timeout=5) as connection:
        connection.sendall(b"POST /invocations HTTP/1.1\r\nContent-Length: 5\r\n\r\n{")
        assert connection.recv(1000).startswith(b"HTTP/1.1 408 ")


def test_logs_no_body_and_no_path(server, capfd):
    ask(server, "POST", "/invocations", json.dumps({"features": {"age": "SECRET"}}))
    ask(server, "GET", "/SECRET")
    log = capfd.readouterr().err
    assert log == "POST /invocations 400\nGET (another path) 404\n"


def test_a_failure_of_the_model_is_a_500_without_its_data(server, monkeypatch, capfd):
    def fail(*_):
        raise RuntimeError("SECRET")

    monkeypatch.setattr(inference, "answer", fail)
    assert ask(server, "POST", "/invocations", "{}")[:2] == (500, {"error": "the model failed"})
    assert ask(server, "GET", "/ping")[0] == 200
    assert capfd.readouterr().err == "the model failed with RuntimeError\nPOST /invocations 500\n"


def test_stop_answers_what_was_read_and_ends_idle_connections(model, monkeypatch):
    server = serve.ModelServer(("127.0.0.1", 0))
    server.model = model
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    begun, end, answer = threading.Event(), threading.Event(), inference.answer

    def slow(*arguments):
        begun.set()
        assert end.wait(5)
        return answer(*arguments)

    monkeypatch.setattr(inference, "answer", slow)
    idle = socket.create_connection(server.server_address, timeout=5)
    found = []
    client = threading.Thread(target=lambda: found.append(ask(server, "POST", "/invocations", json.dumps({"features": SUBJECT}))))
    client.start()
    assert begun.wait(5)
    stopper = threading.Thread(target=server.stop)
    stopper.start()
    assert idle.recv(1) == b""
    time.sleep(0.05)
    assert stopper.is_alive()  # it waits for the request
    end.set()
    client.join(5)
    stopper.join(5)
    assert (found[0][0], found[0][2].getheader("Connection"), stopper.is_alive()) == (200, "close", False)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(server.server_address, timeout=1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_command_serves_until_a_signal(tmp_path, number):
    (tmp_path / "model.json").write_text(json.dumps(DOCUMENT))
    command = [sys.executable, "-m", "model.serve", "--model", str(tmp_path), "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        assert line.startswith("listening at http://127.0.0.1:")
        connection = http.client.HTTPConnection("127.0.0.1", int(line.rsplit(":", 1)[1]), timeout=5)
        connection.request("GET", "/ping")
        assert connection.getresponse().status == 200
        os.kill(process.pid, number)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")


def test_command_without_a_model_or_a_port(tmp_path, capsys, server):
    assert serve.main(["--model", str(tmp_path / "none"), "--port", "0"]) == 1
    assert capsys.readouterr().err == f"{tmp_path / 'none'}: No such file or directory\n"
    (tmp_path / "model.json").write_text("{}")
    assert serve.main(["--model", str(tmp_path), "--port", "0"]) == 1
    assert "model.json: schema must be" in capsys.readouterr().err
    port = server.server_address[1]
    assert serve.main(["--model", str(tmp_path), "--port", str(port)]) == 1
    assert capsys.readouterr().err == f"127.0.0.1:{port} cannot be had (Address already in use): use another --port\n"
