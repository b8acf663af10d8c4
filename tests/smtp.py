"""A mail server for tests: keeps what it is sent, and can be told to hang or to refuse."""

import socketserver
import threading
from email import message_from_bytes
from email.message import Message


class MailServer(socketserver.ThreadingTCPServer):
    """As much of SMTP as a client needs: keeps what it is sent, and can be told to hang or to refuse."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), MailSession)
        self.letters: list[Message] = []
        self.reached = threading.Event()
        self.answering = threading.Event()
        self.answering.set()
        self.refuse: bytes | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def message_ids(self) -> list[str]:
        return [letter["Message-ID"] for letter in self.letters]


class MailSession(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say(b"220 test")
        for line in self.rfile:
            command = line.split()[0].upper() if line.split() else b""
            if command == b"DATA":
                self._take_letter()
            elif command == b"QUIT":
                self._say(b"221 bye")
                return
            elif command == b"RCPT" and self.server.refuse:
                self._say(self.server.refuse)
            else:
                self._say(b"250 ok")

    def _take_letter(self) -> None:
        self._say(b"354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        self.server.letters.append(message_from_bytes(b"".join(lines)))
        self.server.reached.set()
        self.server.answering.wait(30)
        self._say(b"250 ok")

    def _say(self, line: bytes) -> None:
        try:
            self.wfile.write(line + b"\r\n")
        except OSError:  # the client was killed meanwhile, which is what some tests are about
            return
