"""A mail server that can be full, refuse, or say nothing, and that counts what it has taken, by the mail's own name."""

import threading
import time
from collections import Counter

from tests.smtp import MailServer, MailSession

WELL, FULL, REFUSING, HANGING = "well", "full", "refusing", "hanging"


class Session(MailSession):
    server: "Post"

    def handle(self) -> None:
        while self.server.mood == HANGING:
            time.sleep(0.1)
        super().handle()


class Post(MailServer):
    def __init__(self) -> None:
        super().__init__()
        self.RequestHandlerClass = Session
        self.mood = WELL
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def be(self, mood: str) -> None:
        self.mood = mood
        self.refuse = b"452 4.3.1 Insufficient system storage" if mood == FULL else None

    def verify_request(self, request: object, client_address: object) -> bool:
        """False hangs up before a word is said."""
        return self.mood != REFUSING

    def taken(self) -> Counter[str]:
        """By the delivery's token, which is the mail's name."""
        names = [name.strip("<>").partition("@")[0] for name in self.message_ids() if name]
        return Counter(names)
