"""A container of a team's own, for `clinicalrisk run --endpoint` and for SageMaker. Standard library only.

    python examples/container/serve.py            # at http://127.0.0.1:8080; replace risk() by your model

What comes in: {"instances": [{"id": "0", "features": {…}}, …]}. What the pipeline reads, as README.md says for each:

    {"predictions": [{"id": "0", "risk_score": 0.8}]}    our own, the default: scores are matched by id
    {"predictions": [0.8]}   [{"score": 0.8}]   [[0.2, 0.8]]   0.8    others: scores are matched by their order
"""

from __future__ import annotations

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def risk(features: dict[str, Any]) -> float:
    """Return the risk of one subject, between 0 and 1."""
    return min(0.95, 0.2 + 0.1 * float(features["ae_count"]))


class Handler(BaseHTTPRequestHandler):
    """Answers GET /ping and POST /invocations, the contract of a SageMaker container."""

    def do_GET(self) -> None:
        """Say that the model is loaded."""
        self.answer(200, {})

    def do_POST(self) -> None:
        """Score the subjects of a request, or one subject."""
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "features" in request:
            self.answer(200, {"risk_score": risk(request["features"])})
        else:
            self.answer(200, {"predictions": [{"id": one["id"], **self.score(one["features"])} for one in request["instances"]]})

    @staticmethod
    def score(features: dict[str, Any]) -> dict[str, Any]:
        """Score a subject. One who cannot be scored must not cost the others of the batch their scores."""
        try:
            return {"risk_score": risk(features)}
        except (KeyError, TypeError, ValueError) as fault:
            return {"error": f"{type(fault).__name__} in a feature"}

    def answer(self, status: int, body: dict[str, Any]) -> None:
        """Send JSON."""
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


if __name__ == "__main__":
    ThreadingHTTPServer((os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))), Handler).serve_forever()
