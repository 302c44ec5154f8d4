"""Puts a ``ModelServer`` behind HTTP on a Unix socket: given, and runs as it is given.

A client posts ``{"inputs": [image, …]}``, each image 16 lists of 16 numbers from 0 to 255, and gets what
``ModelServer.predict`` returned, as JSON. What is not JSON, not of this shape or not finite is answered by 400 here; so
is what ``preprocess`` refuses. Anything else that the server raises is a 500. Each request has a thread of its own.
"""

import json
import os
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingMixIn, UnixStreamServer

import numpy as np


class BadRequestError(Exception):
    """What a client sent can't be answered."""


def plain(value):
    """Arrays and tensors as lists, at any depth."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


def images_of(body):
    """The images of a request; raises ``BadRequestError``."""
    try:
        images = np.array(json.loads(body)["inputs"], dtype=np.float64)
    except (ValueError, TypeError, KeyError) as error:
        raise BadRequestError(f"not the JSON that is expected: {error}") from error
    if images.ndim != 3 or images.shape[1:] != (16, 16) or not len(images):
        raise BadRequestError(f"shape {images.shape}, expected (N, 16, 16)")
    if not np.isfinite(images).all():
        raise BadRequestError("a pixel is not a finite number")
    return images.tolist()


class Handler(BaseHTTPRequestHandler):
    """One request."""

    def do_POST(self):
        """Answer it."""
        try:
            images = images_of(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            try:
                self.server.model.preprocess(images)
            except Exception as error:
                raise BadRequestError(str(error)) from error
            code, answer = 200, plain(self.server.model.predict(images))
        except BadRequestError as error:
            code, answer = 400, {"error": str(error)}
        except Exception as error:
            code, answer = 500, {"error": f"{type(error).__name__}: {error}"}
        content = json.dumps(answer).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Nothing is printed."""

    def address_string(self):
        """A Unix socket's clients have no address."""
        return "client"


class HTTPServer(ThreadingMixIn, UnixStreamServer):
    """HTTP on a Unix socket, a thread for each request."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path, model):
        self.model = model
        super().__init__(path, Handler)


def serve(model, path="model.sock"):
    """Answer requests for ever: ``serve(ModelServer("model.pt"))``."""
    if os.path.exists(path):
        os.unlink(path)
    HTTPServer(path, model).serve_forever()
