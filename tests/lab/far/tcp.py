"""A listener that does not do what an HTTPS server does.

    tcp.py MODE PORT    silent: accepts and says nothing; reset: resets after the first bytes;
                        plain: answers in plain HTTP; banner: greets as a mail server does
"""
import socket
import struct
import sys
import threading

PLAIN = (b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n"
         b"Content-Length: 12\r\n\r\nBad Request\n")


def meet(mode, connection):
    if mode == "banner":
        connection.sendall(b"220 mail.acme.example ESMTP\r\n")
    while connection.recv(65536):
        if mode == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            break
        if mode == "plain":
            connection.sendall(PLAIN)
            break
    connection.close()


def main():
    mode, port = sys.argv[1], int(sys.argv[2])
    listener = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=meet, args=(mode, connection), daemon=True).start()


main()
