#!/usr/bin/env python3
"""Writes facade.jsonl.gz: what NumPy makes of small arrays, for the tests of the
typed functions. Run it in this folder; NumPy 1.24 wrote the table.

One case a line. Unless said otherwise the source is 0, 1, 2, ... in C order, and
"want" lists the result in C order. einops is not needed: each of its patterns stands
beside the NumPy calls that it abbreviates.
"""
import gzip
import itertools
import json
import random

import numpy as np

rng = random.Random(7)
cases = []

SHAPES = [[5], [1], [2, 3], [3, 1], [1, 4], [4, 4], [2, 3, 4], [3, 1, 2], [1, 1, 5],
          [2, 2, 3, 2], [3, 2, 1, 4], [2, 1, 3, 2, 2], [0], [2, 0, 3], []]


def arange(shape, start=0):
    return np.arange(start, start + int(np.prod(shape))).reshape(shape)


def flat(a):
    return np.ascontiguousarray(a).ravel().tolist()


def case(op, **fields):
    cases.append({"op": op, **fields})


def flips():
    for shape in SHAPES:
        rank = len(shape)
        sets = [list(s) for k in range(1, rank + 1) for s in itertools.combinations(range(rank), k)]
        for axes in [[]] + sets[:12]:
            want = np.flip(arange(shape), tuple(axes) if axes else None)
            case("flip", shape=shape, axes=axes, want=flat(want))


def broadcasts():
    for shape, to in [([], [3]), ([], [2, 3]), ([3], [3]), ([3], [2, 3]), ([1], [4]), ([3, 1], [3, 4]), ([1, 4], [3, 4]),
                      ([3, 1], [2, 3, 2]), ([1, 1], [3, 2]), ([2, 1, 3], [2, 4, 3]), ([1, 3, 1], [2, 3, 4]),
                      ([4, 1, 1], [2, 4, 2, 3]), ([1], [2, 0]), ([2, 1, 2, 1], [2, 3, 2, 4]), ([5, 1], [5, 5]),
                      ([0], [3, 0]), ([1, 1, 1], [1, 1, 1]), ([2, 3], [1, 2, 3]), ([1, 2, 1, 2, 1], [3, 2, 2, 2, 2])]:
        case("broadcast", shape=shape, to=to, want=flat(np.broadcast_to(arange(shape), to)))


def picks(n):
    yield list(range(n))
    yield list(range(n))[::-1]
    yield list(range(0, n, 2))
    yield [n - 1]
    yield []
    yield [0] * 3
    yield [rng.randrange(n) for _ in range(n + 3)]
    yield [rng.randrange(n) for _ in range(4)]


def takes():
    for shape in SHAPES:
        for axis, n in enumerate(shape):
            for index in picks(n) if n else [[]]:
                case("take", shape=shape, axis=axis, index=index, want=flat(np.take(arange(shape), index, axis=axis)))
                # The destination is 0, 1, 2, ... and the source goes on from there.
                dst = arange(shape)
                part = shape[:axis] + [len(index)] + shape[axis + 1:]
                src = arange(part, dst.size)
                for k, i in enumerate(index):  # one by one: the last of equal indices wins
                    dst[(slice(None),) * axis + (i,)] = src[(slice(None),) * axis + (k,)]
                case("put", shape=shape, axis=axis, index=index, want=flat(dst))


def joins():
    for shape in SHAPES:
        for axis in range(len(shape)):
            for extents in [[1], [2, 1], [1, 3, 2], [2, 0, 2], [1, 1, 1, 1, 1]]:
                parts, start = [], 0
                for e in extents:
                    part = arange(shape[:axis] + [e] + shape[axis + 1:], start)
                    start += part.size
                    parts.append(part)
                whole = np.concatenate(parts, axis=axis)
                # The sources count on from one to the next.
                case("concat", shape=list(whole.shape), axis=axis, lens=[p.size for p in parts], want=flat(whole))
                cuts = np.cumsum(extents)[:-1]
                wants = [flat(p) for p in np.split(arange(whole.shape), cuts, axis=axis)]
                case("split", shape=list(whole.shape), axis=axis, lens=[p.size for p in parts], want=sum(wants, []))
        for axis in range(len(shape) + 1):
            for count in [1, 2, 3, 7]:
                size = int(np.prod(shape))
                parts = [arange(shape, i * size) for i in range(count)]
                case("stack", shape=shape, axis=axis, count=count, want=flat(np.stack(parts, axis=axis)))


def channels():
    for count in range(2, 9):
        for n in [0, 1, 2, 7, 16, 25]:
            planes = arange([count, n])
            case("interleave", count=count, n=n, want=flat(np.stack(list(planes), axis=-1)))
            case("deinterleave", count=count, n=n, want=flat(arange([n, count]).T))


def tiles():
    for shape in SHAPES:
        for reps in [[], [1], [2], [3, 1], [2, 2], [1, 2, 3], [2, 1, 1, 2], [0, 2]]:
            case("tile", shape=shape, reps=reps, want=flat(np.tile(arange(shape), reps)))


def pads():
    for shape in SHAPES:
        for k in range(6):
            widths = [[rng.randrange(3), rng.randrange(3)] if k else [0, 0] for _ in shape]
            want = np.pad(arange(shape), widths, constant_values=99) if shape else arange(shape)
            case("pad", shape=shape, widths=widths, value=99, want=flat(want))


def views():
    """Chains of views over one array; the last step may be a reshape, of which the
    case says whether NumPy found a view."""
    for k in range(260):
        a = base = arange(rng.choice([[24], [4, 6], [2, 3, 4], [3, 4, 2, 2], [1, 6, 1, 4], [2, 5], [7]]))
        steps = []
        for _ in range(rng.randrange(1, 5)):
            rank = a.ndim
            op = rng.choice(["permute", "slice", "index", "flip", "newaxis", "broadcast"])
            axis = rng.randrange(rank) if rank else 0
            if op == "newaxis":
                axis = rng.randrange(rank + 1)
                a = np.expand_dims(a, axis)
                steps.append([op, axis])
            elif op == "permute":
                axes = rng.sample(range(rank), rank)
                a = a.transpose(axes)
                steps.append([op] + axes)
            elif op == "broadcast":
                to = [n if n > 1 else rng.choice([1, 2, 3]) for n in a.shape]
                if rng.random() < 0.3:
                    to = [2] + to
                if np.prod(to) > 240:
                    continue
                a = np.broadcast_to(a, to)
                steps.append([op] + to)
            elif rank == 0 or a.shape[axis] == 0:
                continue
            elif op == "slice":
                n, step = a.shape[axis], rng.choice([1, 1, 2, -1, -2, 3])
                start = rng.randrange(n)
                most = (n - 1 - start) // step + 1 if step > 0 else start // -step + 1
                count = rng.randrange(most + 1) if rng.random() < 0.3 else most
                a = np.take(a, [start + i * step for i in range(count)], axis=axis) if count == 0 else \
                    a[(slice(None),) * axis + (slice(start, None, step),)][(slice(None),) * axis + (slice(0, count),)]
                steps.append([op, axis, start, count, step])
            elif op == "index":
                i = rng.randrange(a.shape[axis])
                a = a[(slice(None),) * axis + (i, ...)]
                steps.append([op, axis, i])
            else:
                a = np.flip(a, axis)
                steps.append([op, axis])
        fields = {}
        if k % 2 and a.size:
            factors, shape = [f for f in (2, 2, 2, 3, 3, 5, 7) for _ in range(3)], []
            left = a.size
            while left > 1 and len(shape) < 4:
                f = rng.choice([f for f in factors if left % f == 0] or [left])
                shape.append(f)
                left //= f
            shape.insert(rng.randrange(len(shape) + 1), left)
            rng.shuffle(shape)
            copied = a.reshape(shape)
            view = a.view()
            try:
                view.shape = shape
                fields["shares"] = True
            except AttributeError:
                fields["shares"] = False
            fields["reshape"], a = shape, copied
        case("view", shape=list(base.shape), steps=steps, result=list(a.shape), want=flat(a), **fields)


# A pattern of einops, and what it says in NumPy; d holds the sizes by name.
PATTERNS = [
    ("a ->a", lambda x, d: x),
    ("h w -> w h", lambda x, d: x.T),
    ("b h w c -> b c h w", lambda x, d: x.transpose(0, 3, 1, 2)),
    ("b c h w -> b h w c", lambda x, d: x.transpose(0, 2, 3, 1)),
    ("b h w c -> h (b w) c", lambda x, d: x.transpose(1, 0, 2, 3).reshape(d["h"], -1, d["c"])),
    ("b h w c -> (b h) w c", lambda x, d: x.reshape(-1, d["w"], d["c"])),
    ("b h w c -> b (c h w)", lambda x, d: x.transpose(0, 3, 1, 2).reshape(d["b"], -1)),
    ("b h w c -> (b h w c)", lambda x, d: x.reshape(-1)),
    ("(b1 b2) h w c -> b1 b2 h w c", lambda x, d: x.reshape(d["b1"], d["b2"], *x.shape[1:])),
    ("(b1 b2) h w c -> (b1 h) (b2 w) c",
     lambda x, d: x.reshape(d["b1"], d["b2"], d["h"], d["w"], d["c"]).transpose(0, 2, 1, 3, 4)
     .reshape(d["b1"] * d["h"], d["b2"] * d["w"], d["c"])),
    ("b (h h1) (w w1) c -> b h w (c h1 w1)",
     lambda x, d: x.reshape(d["b"], d["h"], d["h1"], d["w"], d["w1"], d["c"]).transpose(0, 1, 3, 5, 2, 4)
     .reshape(d["b"], d["h"], d["w"], -1)),
    ("b h w (c h1 w1) -> b (h h1) (w w1) c",
     lambda x, d: x.reshape(d["b"], d["h"], d["w"], d["c"], d["h1"], d["w1"]).transpose(0, 1, 4, 2, 5, 3)
     .reshape(d["b"], d["h"] * d["h1"], d["w"] * d["w1"], d["c"])),
    ("b (h p) (w q) c -> b (h w) (p q c)",
     lambda x, d: x.reshape(d["b"], d["h"], d["p"], d["w"], d["q"], d["c"]).transpose(0, 1, 3, 2, 4, 5)
     .reshape(d["b"], d["h"] * d["w"], -1)),
    ("b c (h p) (w q) -> (b h w) (p q c)",
     lambda x, d: x.reshape(d["b"], d["c"], d["h"], d["p"], d["w"], d["q"]).transpose(0, 2, 4, 3, 5, 1)
     .reshape(d["b"] * d["h"] * d["w"], -1)),
    ("b (h w) (p q c) -> b (h p) (w q) c",
     lambda x, d: x.reshape(d["b"], d["h"], d["w"], d["p"], d["q"], d["c"]).transpose(0, 1, 3, 2, 4, 5)
     .reshape(d["b"], d["h"] * d["p"], d["w"] * d["q"], d["c"])),
    ("b n (h d) -> b h n d", lambda x, d: x.reshape(d["b"], d["n"], d["h"], d["d"]).transpose(0, 2, 1, 3)),
    ("b h n d -> b n (h d)", lambda x, d: x.transpose(0, 2, 1, 3).reshape(d["b"], d["n"], -1)),
    ("b t (k h d) -> k b h t d",
     lambda x, d: x.reshape(d["b"], d["t"], d["k"], d["h"], d["d"]).transpose(2, 0, 3, 1, 4)),
    ("b (g c) h w -> b (c g) h w",
     lambda x, d: x.reshape(d["b"], d["g"], d["c"], d["h"], d["w"]).transpose(0, 2, 1, 3, 4).reshape(x.shape)),
    ("b c (t s) -> (b s) c t",
     lambda x, d: x.reshape(d["b"], d["c"], d["t"], d["s"]).transpose(0, 3, 1, 2).reshape(-1, d["c"], d["t"])),
    ("(n c) -> c n", lambda x, d: x.reshape(d["n"], d["c"]).T),
    ("b c -> b c 1 1", lambda x, d: x.reshape(d["b"], d["c"], 1, 1)),
    ("b c () () -> b c", lambda x, d: x.reshape(d["b"], d["c"])),
    ("1 h w 1 -> w (1 h)", lambda x, d: x.reshape(d["h"], d["w"]).T),
    ("h w -> h w c", lambda x, d: np.repeat(x[:, :, None], d["c"], axis=2)),
    ("h w -> c h w", lambda x, d: np.broadcast_to(x, [d["c"], *x.shape])),
    ("h w -> h (repeat w)", lambda x, d: np.tile(x, (1, d["repeat"]))),
    ("h w -> h (w repeat)", lambda x, d: np.repeat(x, d["repeat"], axis=1)),
    ("h w -> (h h2) (w w2)", lambda x, d: x.repeat(d["h2"], axis=0).repeat(d["w2"], axis=1)),
    ("h w -> h 3 w", lambda x, d: np.broadcast_to(x[:, None], [d["h"], 3, d["w"]])),
    ("h w -> (2 h) (w 2)", lambda x, d: np.tile(x, (2, 1)).repeat(2, axis=1)),
    ("b ... -> ... b", lambda x, d: np.moveaxis(x, 0, -1)),
    ("... c -> c ...", lambda x, d: np.moveaxis(x, -1, 0)),
    ("b ... c -> b (...) c", lambda x, d: x.reshape(d["b"], -1, d["c"])),
    ("... (h w) -> ... w h", lambda x, d: np.swapaxes(x.reshape(*x.shape[:-1], d["h"], d["w"]), -1, -2)),
    ("... -> (...)", lambda x, d: x.reshape(-1)),
]


def rearranges():
    for pattern, numpy_way in PATTERNS:
        left, right = pattern.split("->")
        names = [n for n in left.replace("(", " ").replace(")", " ").split() if n not in ("1", "...")]
        extra = [n for n in right.replace("(", " ").replace(")", " ").split()
                 if not n.isdigit() and n != "..." and n not in names]
        for k in range(6):
            d = {n: rng.randrange(1, 4 if len(names) > 4 else 5) for n in names + extra}
            if k == 5 and names:
                d[rng.choice(names)] = 0
            shape, depth, given = [], 0, set(extra)
            for token in left.replace("(", " ( ").replace(")", " ) ").split():
                if token == "(":
                    depth, group = 1, []
                elif token == ")":
                    depth = 0
                    shape.append(int(np.prod([d[n] for n in group])))
                    # the first size of a group follows from the others, unless it is 0/0
                    given |= set(group[1:] if 0 not in [d[n] for n in group[1:]] else group)
                elif depth:
                    group.append(token)
                elif token == "...":
                    shape += [rng.randrange(1, 4) for _ in range(rng.randrange(4))]
                else:
                    shape.append(1 if token == "1" else d[token])
            x = arange(shape)
            if x.size == 0 and "..." in pattern or x.size > 250:
                continue
            y = numpy_way(x, d) if x.size else np.zeros(result_shape(right, d), int)
            case("rearrange", pattern=pattern, shape=shape, result=list(y.shape), sizes=d,
                 given=sorted(given), want=flat(y))


def result_shape(right, d):
    shape, depth = [], 0
    for token in right.replace("(", " ( ").replace(")", " ) ").split():
        if token == "(":
            depth, product = 1, 1
        elif token == ")":
            depth = 0
            shape.append(product)
        else:
            n = d.get(token) if token in d else int(token)
            if depth:
                product *= n
            else:
                shape.append(n)
    return shape


for make in (flips, broadcasts, takes, joins, channels, tiles, pads, views, rearranges):
    make()

with open("facade.jsonl.gz", "wb") as raw:
    with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as out:
        for c in cases:
            out.write((json.dumps(c, separators=(",", ":")) + "\n").encode())
print(len(cases), "cases")
