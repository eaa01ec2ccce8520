import http.client
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "examples" / "container" / "serve.py"


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-I", str(PROGRAM)], env={**os.environ, "PORT": str(number)}, stderr=subprocess.DEVNULL)
    for _ in range(100):
        if socket.socket().connect_ex(("127.0.0.1", number)) == 0:
            break
        time.sleep(0.05)
    yield number
    process.kill()
    process.wait()


def ask(port, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, path, json.dumps(body) if body else None)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def test_container_of_the_examples(port):
    assert ask(port, "GET", "/ping") == (200, {})
    assert ask(port, "POST", "/invocations", {"features": {"ae_count": 2}}) == (200, {"risk_score": 0.4})
    instances = [{"id": "7", "features": {"ae_count": 9}}, {"id": "8", "features": {}}]
    predictions = [{"id": "7", "risk_score": 0.95}, {"id": "8", "error": "KeyError in a feature"}]
    assert ask(port, "POST", "/invocations", {"instances": instances}) == (200, {"predictions": predictions})
