"""Virus scanning by a ClamAV daemon, over its INSTREAM command."""

import socket
from typing import IO

CHUNK = 1 << 16
TIMEOUT = 60  # seconds


class ScannerUnavailable(Exception):
    """The daemon could not be asked, or did not answer in its own words."""


def is_infected(file: IO[bytes], address: str) -> bool:
    """`address`: host:port, or the path of a Unix socket. Raises ScannerUnavailable."""
    file.seek(0)
    try:
        with _connect(address) as connection:
            connection.sendall(b"zINSTREAM\0")
            while chunk := file.read(CHUNK):
                connection.sendall(len(chunk).to_bytes(4) + chunk)
            connection.sendall(bytes(4))
            answer = _answer(connection)
    except (OSError, ValueError) as error:
        raise ScannerUnavailable(str(error)) from error
    if answer.endswith("OK"):
        return False
    if answer.endswith("FOUND"):
        return True
    raise ScannerUnavailable(answer)


def _connect(address: str) -> socket.socket:
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(TIMEOUT)
        connection.connect(address)
        return connection
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), TIMEOUT)


def _answer(connection: socket.socket) -> str:
    received = b""
    while not received.endswith(b"\0") and (part := connection.recv(CHUNK)):
        received += part
    return received.rstrip(b"\0").decode(errors="replace").strip()
