"""Random transactions with the answers of pyemv, as known-answer files that `chipcard kat` runs.

Usage: generate.py FOLDER COUNT SEED
One file a cryptogram version with COUNT transactions, and one file of single steps. The same seed gives the
same files. pyemv is another author's library in another language over another implementation of DES, so what both say alike
is not an error of one of them. What it derives from its own reading of the schemes, it shares with nobody.
"""

import json
import random
import sys
from dataclasses import dataclass
from pathlib import Path

from pyemv import cvn, cvv, kd

SOURCE = "pyemv 1.5.0, computed by tests/differential/generate.py"


@dataclass(frozen=True)
class Version:
    """What the known-answer format and pyemv need to know to name the same thing."""

    name: str
    scheme: str
    cvn: int
    option: str
    pyemv: type
    iad: str  # layout of tag 9F10
    signs: str  # what of it is signed: "cvr", "cvr+counters" or "whole"
    arpc_method: int
    script_session: str  # "visa-atc-xor", or "emv-csk" from the cryptogram
    script_style: tuple  # mode and padding of enciphered script data


VISA = ("ecb", "length-method2")
MASTERCARD = ("cbc", "method2-if-needed")
CSK, XOR = "emv-csk", "visa-atc-xor"
VERSIONS = [
    Version("visa-10", "visa", 0x0A, "A", cvn.VisaCVN10, "visa-0", "cvr", 1, XOR, VISA),
    Version("visa-18", "visa", 0x12, "B", cvn.VisaCVN18, "visa-0", "whole", 2, XOR, VISA),
    Version("visa-22", "visa", 0x22, "B", cvn.VisaCVN22, "visa-2", "whole", 2, CSK, VISA),
    Version("interac-133", "interac", 0x85, "A", cvn.InteracCVN133, "interac", "whole", 1, CSK, MASTERCARD),
    Version("mastercard-16", "mastercard", 0x10, "A", cvn.MasterCardCVN16, "m-chip", "cvr", 1, CSK, MASTERCARD),
    Version("mastercard-17", "mastercard", 0x11, "A", cvn.MasterCardCVN17, "m-chip", "cvr+counters", 1, CSK, MASTERCARD),
    Version("mastercard-20", "mastercard", 0x14, "A", cvn.MasterCardCVN20, "m-chip", "cvr", 1, CSK, MASTERCARD),
    Version("mastercard-21", "mastercard", 0x15, "A", cvn.MasterCardCVN21, "m-chip", "cvr+counters", 1, CSK, MASTERCARD),
]


def text(value):
    """Bytes as the format writes them."""
    return value.hex().upper()


class Draw(random.Random):
    """Random values of the kinds that a transaction is made of."""

    def bytes(self, length):
        # Lengths, counters and amounts break at zeros and ones more often than at random values.
        edge = self.random()
        if edge < 0.02:
            return bytes(length)
        if edge < 0.04:
            return b"\xff" * length
        return self.randbytes(length)

    def digits(self, shortest, longest):
        return "".join(self.choices("0123456789", k=self.randint(shortest, longest)))

    def key(self):
        return self.randbytes(16)

    def card(self):
        return {"pan": self.digits(13, 19), "psn": self.digits(2, 2)}

    def iad(self, version):
        """Issuer application data, and which bytes of them are the CVR and the counters."""
        index = self.randbytes(1)
        number = bytes([version.cvn])
        if version.iad == "visa-0":
            iad = b"\x06" + index + number + b"\x03" + self.bytes(3)
            if self.random() < 0.5:
                length = self.randint(0, 24)
                iad += bytes([length]) + self.bytes(length)
            return iad, iad[3:7], b""
        if version.iad == "visa-2":
            iad = b"\x1f" + number + index + self.bytes(5) + self.bytes(24)
            return iad, iad[3:8], b""
        if version.iad == "interac":
            rest = index + number + b"\x04" + self.bytes(4) + self.bytes(self.randint(0, 24))
            return bytes([len(rest)]) + rest, rest[3:7], b""
        counters, tail = self.choice([(8, 0), (8, 2), (16, 0), (16, 2)])
        iad = index + number + self.bytes(6) + self.bytes(2) + self.bytes(counters) + self.bytes(tail)
        return iad, iad[2:8], iad[10 : 10 + counters]


def transaction(draw, version):
    """The tests of one transaction of one card."""
    card = draw.card()
    keys = {"imk_ac": draw.key(), "imk_smi": draw.key(), "imk_smc": draw.key()}
    peer = version.pyemv(*keys.values(), card["pan"], card["psn"])
    common = {"scheme": version.scheme, "cvn": f"{version.cvn:02X}", "option": version.option} | card
    key = {name: text(value) for name, value in keys.items()}

    iad, cvr, counters = draw.iad(version)
    lengths = {"9F02": 6, "9F03": 6, "9F1A": 2, "95": 5, "5F2A": 2, "9A": 3, "9C": 1, "9F37": 4, "82": 2, "9F36": 2}
    tags = {tag: draw.bytes(length) for tag, length in lengths.items()}
    signed = {"cvr": [cvr], "cvr+counters": [cvr, counters], "whole": [iad]}[version.signs]
    arqc = peer.generate_ac(*tags.values(), *signed)
    atc, un = tags["9F36"], tags["9F37"]
    tags["9F10"] = iad
    yield common | {
        "op": "scheme-ac",
        "imk_ac": key["imk_ac"],
        "tags": {tag: text(value) for tag, value in tags.items()},
        "expect": {"ac": text(arqc)},
    }

    answer = common | {"op": "scheme-arpc", "imk_ac": key["imk_ac"], "atc": text(atc), "arqc": text(arqc)}
    if version.arpc_method == 2:
        csu, proprietary = draw.bytes(4), draw.bytes(draw.randint(0, 8))
        arpc = peer.generate_arpc(arqc, atc, csu, proprietary)
        answer |= {"csu": text(csu)} | ({"proprietary": text(proprietary)} if proprietary else {})
    else:
        arc = draw.bytes(2)
        session = {"interac": [un, atc], "mastercard": [atc] if version.cvn >= 0x14 else []}
        arpc = peer.generate_arpc(arqc, *session.get(version.scheme, []), arc)
        answer |= {"arc": text(arc)} | ({"un": text(un)} if version.scheme == "interac" else {})
    yield answer | {"expect": {"arpc": text(arpc)}}

    # A script command: Lc counts the data and the MAC.
    script = common | {"atc": text(atc), "arqc": text(arqc)}
    body = draw.bytes(draw.choice([0, draw.randint(1, 40), draw.randint(41, 240)]))
    kept = draw.randint(4, 8)
    header = bytes([0x84, draw.choice([0x18, 0x1E, 0x24, 0xDA, 0xDC]), *draw.bytes(2), len(body) + kept])
    order = [header, arqc, body] if version.scheme == "interac" else [header, arqc, atc, body]
    yield script | {
        "op": "scheme-script-mac",
        "imk_smi": key["imk_smi"],
        "header": text(header),
        "body": text(body),
        "length": kept,
        "expect": {"mac": text(peer.generate_command_mac(*order)[:kept])},
    }

    data = draw.bytes(draw.randint(1, 200))
    mode, padding = version.script_style
    diversifier = {"atc": text(atc)} if version.script_session == XOR else {"diversifier": text(arqc)}
    yield card | {
        "op": "script-encipher",
        "cipher": "tdes",
        "imk": key["imk_smc"],
        "option": version.option,
        "session": {"method": version.script_session} | diversifier,
        "mode": mode,
        "padding": padding,
        "data": text(data),
        "expect": {"data": text(peer.encrypt_command_data(data, atc if version.script_session == XOR else arqc))},
    }

    new, current = draw.digits(4, 12), draw.digits(4, 12)
    counter = [] if version.scheme == "interac" else [atc]
    change = script | key | {"op": "pin-change", "new_pin": new}
    yield change | {"expect": {"command": text(peer.generate_pin_change_command(new, arqc, *counter))}}
    if version.scheme == "visa":
        command = peer.generate_pin_change_command(new, arqc, atc, current)
        yield change | {"current_pin": current, "expect": {"command": text(command)}}


def steps(draw):
    """Single steps that no version above uses, or uses in one way only."""
    master, card = draw.key(), draw.card()
    derive = {"A": kd.derive_icc_mk_a, "B": kd.derive_icc_mk_b}
    for option, function in derive.items():
        expected = function(master, card["pan"], card["psn"])
        yield card | {
            "op": "card-key",
            "cipher": "tdes",
            "imk": text(master),
            "option": option,
            "expect": {"key": text(expected)},
        }

    key, atc = draw.key(), draw.bytes(2)
    step = {"op": "session-key", "cipher": "tdes", "card_key": text(key)}
    diversifier = draw.bytes(8)
    expected = kd.derive_common_sk(key, diversifier)
    yield step | {"method": CSK, "diversifier": text(diversifier), "expect": {"key": text(expected)}}
    expected = kd.derive_visa_sm_sk(key, atc)
    yield step | {"method": XOR, "atc": text(atc), "expect": {"key": text(expected)}}
    branch, height = draw.choice([(4, 8), (2, 16)])
    iv = draw.bytes(16)
    expected = kd.derive_emv2000_tree_sk(key, atc, height, branch, iv)
    tree = {"method": "emv2000", "atc": text(atc), "branch": branch, "height": height, "iv": text(iv)}
    yield step | tree | {"expect": {"key": text(expected)}}

    track, un = draw.bytes(draw.randint(1, 80)), draw.bytes(4)
    option = draw.choice(list(derive))
    code = cvv.generate_cvc3(derive[option](master, card["pan"], card["psn"]), track, atc, un)
    shown = draw.randint(1, 5)
    yield card | {
        "op": "cvc3",
        "imk_cvc3": text(master),
        "option": option,
        "track": text(track),
        "atc": text(atc),
        "un": text(un),
        "digits": shown,
        # pyemv leaves leading zeros out.
        "expect": {"value": code.zfill(5)[-shown:]},
    }


def write(folder, name, batches):
    numbered = enumerate(test for batch in batches for test in batch)
    tests = [
        {"id": f"{name}-{number}", "source": SOURCE, "provenance": "computed by another library"} | test
        for number, test in numbered
    ]
    about = f"{name}: random transactions with the answers of pyemv"
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"format": "chipcard-kat/1", "about": about, "tests": tests}))
    print(f"{path.name}: {len(tests)} tests")


def main():
    folder, count, seed = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    folder.mkdir(parents=True, exist_ok=True)
    for version in VERSIONS:
        draw = Draw(f"{seed} {version.name}")
        write(folder, version.name, (transaction(draw, version) for _ in range(count)))
    draw = Draw(f"{seed} steps")
    write(folder, "steps", (steps(draw) for _ in range(count)))


if __name__ == "__main__":
    main()
