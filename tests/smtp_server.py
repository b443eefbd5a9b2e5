"""A mail server on loopback that keeps what it is sent, and misbehaves on demand."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class MailServer:
    """`script` holds answers by command ("MAIL", "RCPT", "DATA", "LETTER", "AUTH"); "hang up" and "say nothing" too."""

    port: int = 0
    starttls: bool = False
    script: dict[str, str] = field(default_factory=dict)
    letters: list[EmailMessage] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    #: Whether each letter came over TLS.
    encrypted: list[bool] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())
            await writer.drain()

        await say("220 mail.test")
        while line := (await reader.readline()).decode().strip():
            command = line.split(" ")[0].upper()
            scripted = self.script.get(command)
            if scripted == "hang up":
                return
            if scripted == "say nothing":
                await asyncio.Event().wait()
            if scripted:
                await say(scripted)
            elif command == "EHLO":
                await say("250-mail.test")
                if self.starttls and not _encrypted(writer):
                    await say("250-STARTTLS")
                await say("250 AUTH PLAIN")
            elif command == "STARTTLS":
                await say("220 go on")
                await writer.start_tls(tls().server)
            elif command == "AUTH":
                _, user, password = base64.b64decode(line.split(" ")[2]).decode().split("\0")
                self.logins.append((user, password))
                await say("235 welcome")
            elif command == "DATA":
                await say("354 go on")
                letter = await reader.readuntil(b"\r\n.\r\n")
                if not await self._received(letter, writer, say):
                    return
            elif command == "QUIT":
                await say("221 bye")
                return
            else:
                await say("250 ok")

    async def _received(self, letter: bytes, writer: asyncio.StreamWriter, say: Any) -> bool:
        scripted = self.script.get("LETTER", "250 taken")
        if scripted.startswith("250") or scripted == "hang up":
            self.letters.append(message_from_bytes(letter[:-3], policy=default))  # type: ignore[arg-type]
            self.encrypted.append(_encrypted(writer))
        if scripted == "hang up":
            return False
        if scripted == "say nothing":
            await asyncio.Event().wait()
        await say(scripted)
        return True


def _encrypted(writer: asyncio.StreamWriter) -> bool:
    return writer.get_extra_info("ssl_object") is not None


@asynccontextmanager
async def mail_server(*, starttls: bool = False, implicit_tls: bool = False) -> AsyncIterator[MailServer]:
    mail = MailServer(starttls=starttls)
    server = await asyncio.start_server(mail.serve, "127.0.0.1", 0, ssl=tls().server if implicit_tls else None)
    mail.port = server.sockets[0].getsockname()[1]
    try:
        yield mail
    finally:
        server.close()


@dataclass(frozen=True)
class Tls:
    server: ssl.SSLContext
    #: Trusts the server's certificate.
    client: ssl.SSLContext


@cache
def tls() -> Tls:
    """A certificate for 127.0.0.1 that nobody but `client` trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "server.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(private + pem)
        server.load_cert_chain(file)
    return Tls(server, ssl.create_default_context(cadata=pem.decode()))
