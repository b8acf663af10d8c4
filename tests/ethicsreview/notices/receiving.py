"""A server outside, as systems and robots are: keeps what it is sent, and answers, refuses or hangs as it is told."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, patience: float = 10) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: list[tuple[str, dict[str, str], bytes]] = []
        self.status, self.body, self.headers = 200, b'{"errcode": 0, "code": 0}', {}
        self.patience = patience  # seconds that a caller waits while nobody is `answering`
        self.answering = threading.Event()
        self.answering.set()

    def __enter__(self) -> "Receiver":
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_error: Any) -> None:
        self.answering.set()
        self.shutdown()
        self.server_close()
        self.thread.join()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def at(self, path: str) -> str:
        return f"http://{self.host}{path}"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.server.taken.append((self.path, dict(self.headers), self.rfile.read(length)))
        self.server.answering.wait(self.server.patience)
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        try:
            self.wfile.write(self.server.body)
        except OSError:  # whoever asked has given up, which is what a test is about
            return

    def log_message(self, *_words: Any) -> None:
        return
