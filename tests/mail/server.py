"""A mail server on the loopback that does what it is told to: takes mail, refuses it, or hangs up."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Post:
    """What the server was given, and where it stops being polite."""

    fails_at: str = ""
    """A step (`greeting`, `mail`, `rcpt`, `data`, `end`, `quit`) at which it says no."""
    hangs_up_at: str = ""
    """A step at which it hangs up without a word; `end` is after it has taken the whole mail."""
    port: int = 0
    taken: list[str] = field(default_factory=list)


@contextmanager
def mail_server(**behaviour: str) -> Iterator[Post]:
    """A server for one test (RFC 5321, as little of it as `smtplib` asks for)."""
    post = Post(**behaviour)  # type: ignore[arg-type]

    class Session(socketserver.StreamRequestHandler):
        def say(self, step: str, words: str) -> bool:
            if post.hangs_up_at == step:
                return False
            if post.fails_at == step:
                words = "550 No." if step != "greeting" else "421 Busy."
            self.wfile.write(f"{words}\r\n".encode())
            return True

        def handle(self) -> None:
            if not self.say("greeting", "220 here"):
                return
            while line := self.rfile.readline():
                step = line.split()[0].decode().lower()
                words = {"ehlo": "250 here", "data": "354 go on", "quit": "221 bye"}.get(step, "250 fine")
                if not self.say(step, words) or step == "quit":
                    return
                if step == "data" and post.fails_at != "data":
                    text = b""
                    while (part := self.rfile.readline()) not in (b".\r\n", b""):
                        text += part
                    if post.fails_at != "end":
                        post.taken.append(text.decode())
                    if not self.say("end", "250 taken"):
                        return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        post.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield post
        finally:
            server.shutdown()
            thread.join()
