"""A TLS server with a certificate and an answer of the lab's choice.

    tls.py PORT CHAIN KEY answer FILE               answers every request with this HTTP message
    tls.py PORT CHAIN KEY stall                     reads everything and never answers
    tls.py PORT CHAIN KEY relay ADDRESS [HEADER]    passes everything on to the genuine service there, and its answers
                                                    back, with a header added to each
"""
import pathlib
import socket
import ssl
import sys
import threading

PORT, CHAIN, KEY, MODE = sys.argv[1:5]
WHAT, HEADER = (sys.argv[5:] + [None, None])[:2]


def head(reader):
    """Reads up to the end of the headers."""
    lines = []
    while True:
        line = reader.readline()
        if not line:
            return None
        lines.append(line)
        if line == b"\r\n":
            return lines


def length(lines):
    for line in lines:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


def answer(connection):
    message = pathlib.Path(WHAT).read_text().strip("\n")
    start, _, body = message.partition("\n\n")
    body = body.encode()
    text = start.replace("\n", "\r\n") + f"\r\nContent-Length: {len(body)}\r\n\r\n"
    reader = connection.makefile("rb")
    while lines := head(reader):
        reader.read(length(lines))
        connection.sendall(text.encode() + (b"" if lines[0].startswith(b"HEAD ") else body))


def relay(connection, name):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    onward = context.wrap_socket(socket.create_connection((WHAT, 443)), server_hostname=name)
    there, here = onward.makefile("rb"), connection.makefile("rb")
    while lines := head(here):
        onward.sendall(b"".join(lines) + here.read(length(lines)))
        answered = head(there)
        if answered is None:
            return
        body = there.read(length(answered))
        if HEADER:
            answered.insert(1, HEADER.replace("_", " ").encode() + b"\r\n")
        connection.sendall(b"".join(answered) + body)


def meet(context, raw):
    try:
        connection = context.wrap_socket(raw, server_side=True)
        if MODE == "answer":
            answer(connection)
        elif MODE == "stall":
            while connection.recv(65536):
                pass
        else:
            relay(connection, getattr(connection, "wanted", None) or "login.mypurecloud.de")
        connection.close()
    except OSError:
        # A client that ends the handshake or the connection is the client's affair.
        raw.close()


def remember(connection, name, _context):
    connection.wanted = name


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CHAIN, KEY)
    context.set_alpn_protocols(["http/1.1"])
    context.sni_callback = remember
    listener = socket.create_server(("::", int(PORT)), family=socket.AF_INET6, dualstack_ipv6=True)
    while True:
        raw, _ = listener.accept()
        threading.Thread(target=meet, args=(context, raw), daemon=True).start()


main()
