"""The same with pyemv. Arguments and output as those of openssl.c, and the PAN and sequence number behind them."""

import sys
import time

from pyemv import ac, kd

ROUNDS, PER_ROUND = 21, 100

version, *words, pan, sequence = sys.argv[1:]
master, _, atc, padded, arqc, signed, arpc = map(bytes.fromhex, words)


def verify():
    if version == "10":
        key = kd.derive_icc_mk_a(master, pan, sequence)
    else:
        card = kd.derive_icc_mk_b(master, pan, sequence)
        key = kd.derive_common_sk(card, atc + bytes(6))
    # The data are padded already, and method 1 adds nothing to whole blocks.
    assert ac.generate_ac(key, padded, ac.PaddingType.VISA, 8) == arqc
    return key


def answer():
    key = verify()
    if version == "10":
        assert ac.generate_arpc_1(key, arqc, signed) == arpc
    else:
        assert ac.generate_arpc_2(key, arqc, signed) == arpc


def measure(name, work):
    rounds = []
    for _ in range(ROUNDS):
        start = time.thread_time_ns()
        for _ in range(PER_ROUND):
            work()
        rounds.append((time.thread_time_ns() - start) / PER_ROUND)
    print(f"pyemv {name} {sorted(rounds)[ROUNDS // 2]:.0f}")


measure("verified", verify)
measure("answered", answer)
