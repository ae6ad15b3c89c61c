"""A nameserver that fails in ways that dnsmasq cannot be told to.

    dns.py ADDRESS servfail|refused|silent
    dns.py ADDRESS truncate NAME=IPV4[,IPV4] ...    over UDP every answer is cut off; over TCP it is whole
"""
import socket
import struct
import sys
import threading

ADDRESS, MODE = sys.argv[1], sys.argv[2]
NAMES = {}
for word in sys.argv[3:]:
    name, _, addresses = word.partition("=")
    NAMES[name] = addresses.split(",")
CODES = {"servfail": 2, "refused": 5}
TRUNCATED, ANSWER = 0x0200, 0x8080


def question(query):
    """The name, the type, and where the question ends."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode("ascii", "replace"))
        at += 1 + query[at]
    (kind,) = struct.unpack(">H", query[at + 1:at + 3])
    return ".".join(labels).lower(), kind, at + 5


def reply(query, is_udp):
    name, kind, end = question(query)
    wanted = query[2:4]
    flags = ANSWER | (struct.unpack(">H", wanted)[0] & 0x0100)
    records = b""
    count = 0
    if MODE == "truncate":
        if name not in NAMES:
            flags |= 3
        elif is_udp:
            flags |= TRUNCATED
        elif kind == 1:
            for address in NAMES[name]:
                records += struct.pack(">HHHIH", 0xC00C, 1, 1, 60, 4) + socket.inet_aton(address)
                count += 1
    else:
        flags |= CODES[MODE]
    return query[:2] + struct.pack(">HHHHH", flags, 1, count, 0, 0) + query[12:end] + records


def over_tcp(connection):
    stream = connection.makefile("rb")
    while len(start := stream.read(2)) == 2:
        answered = reply(stream.read(struct.unpack(">H", start)[0]), False)
        connection.sendall(struct.pack(">H", len(answered)) + answered)


def main():
    tcp = socket.create_server((ADDRESS, 53))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind((ADDRESS, 53))

    def accept():
        while True:
            connection, _ = tcp.accept()
            if MODE != "silent":
                threading.Thread(target=over_tcp, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    while True:
        query, peer = udp.recvfrom(4096)
        if MODE != "silent":
            udp.sendto(reply(query, True), peer)


main()
