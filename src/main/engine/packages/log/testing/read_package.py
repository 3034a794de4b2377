"""Reads the record out of an unpacked package by docs/formats/log-package.md alone, and recomputes chain, leaves, root and commitments."""
import base64, glob, hashlib, hmac, json, os, sys


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def commitment(salt, payload):
    prk = hmac.new(bytes(32), salt, hashlib.sha256).digest()
    key = hmac.new(prk, b"varve/commit/v1\x01", hashlib.sha256).digest()
    return hmac.new(key, b"varve/payload/v1\n" + payload, hashlib.sha256).hexdigest()


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha(b"\x01", root(leaves[:k]), root(leaves[k:]))


folder = sys.argv[1]
states, wrong, leaves, seq, chain, last_id, erased = {}, [], [], 0, None, None, []
for path in sorted(glob.glob(os.path.join(folder, "event-log", "segment-*.json"))):
    raw = open(path, "rb").read()
    whole = json.loads(raw)
    lines = raw.decode("utf-8").split("\n")[1:-2]
    if len(lines) != whole["count"] or len(whole["events"]) != whole["count"]:
        wrong.append([path, "count"])
    if chain is None:
        chain = sha(b"varve/genesis/v1\n", whole["origin"].encode())
    if whole["previous"] != chain.hex():
        wrong.append([path, "previous"])
    for line, event in zip(lines, whole["events"]):
        line = line.removesuffix(",")
        end = line.index(',"hash":')
        header = line[len('{"header":'):end].encode()
        fields = event["header"]
        if json.dumps(fields, sort_keys=True, separators=(",", ":")).encode() != header:
            wrong.append([seq, "header"])
        if fields["seq"] != seq or fields["prev"] != chain.hex():
            wrong.append([seq, "place"])
        chain = sha(b"varve/chain/v1\n", chain, header)
        if event["hash"] != chain.hex():
            wrong.append([seq, "chain"])
        leaves.append(sha(b"\x00", header))
        state = event["state"]
        states[state] = states.get(state, 0) + 1
        if state == "open":
            payload = line[line.index(',"payload":', end) + len(',"payload":'):-1]
            text = payload.encode()
            if json.loads(payload) != event["payload"] or len(text) != fields["payload"]["size"] or commitment(bytes.fromhex(event["salt"]), text) != fields["payload"]["commit"]:
                wrong.append([seq, "payload"])
        elif state == "erased":
            erased.append([seq, event["by"]])
        last_id = fields["id"]
        seq += 1
    if whole["last"] != seq - 1 or whole["hash"] != chain.hex():
        wrong.append([path, "end"])

origin, size, root64 = open(os.path.join(folder, "tree", "checkpoint"), encoding="utf-8").read().split("\n")[:3]
tile = b"".join(open(p, "rb").read() for p in sorted(glob.glob(os.path.join(folder, "tree", "tile", "0", "*")) + glob.glob(os.path.join(folder, "tree", "tile", "0", "*.p", "*"))) if os.path.isfile(p))
print(json.dumps({
    "states": states, "wrong": wrong, "events": seq, "lastHash": chain.hex(), "lastId": last_id, "origin": origin, "size": int(size), "erased": erased,
    "rootFits": base64.b64encode(root(leaves[:int(size)])).decode() == root64, "tilesFit": tile == b"".join(leaves[:int(size)]),
}))
