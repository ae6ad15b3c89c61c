"""Holds every packet between two TUN devices for a fixed time: DNS, SYN and ICMP alike, unlike a relay of TCP streams.

usage: delay.py DEVICE_A DEVICE_B MILLISECONDS_EACH_WAY
Makes the devices, prints "ready", and forwards until it is ended. The devices may be moved to other network namespaces meanwhile.
"""

import fcntl
import heapq
import os
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x0001 | 0x1000


def device(name):
    handle = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(handle, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN_NO_PI))
    return handle


def main():
    first, second, delay = device(sys.argv[1]), device(sys.argv[2]), float(sys.argv[3]) / 1000
    other = {first: second, second: first}
    held, count = [], 0
    print("ready", flush=True)
    while True:
        now = time.monotonic()
        while held and held[0][0] <= now:
            _, _, to, packet = heapq.heappop(held)
            try:
                os.write(to, packet)
            except OSError:
                pass  # the device is down: the packet is lost, as on a wire
        wait = max(0.0, held[0][0] - now) if held else 1.0
        for handle in select.select([first, second], [], [], wait)[0]:
            while True:
                try:
                    packet = os.read(handle, 65536)
                except OSError:
                    break
                count += 1
                heapq.heappush(held, (time.monotonic() + delay, count, other[handle], packet))


main()
