#!/usr/bin/env python3
"""Training of kAIaku beside PEFT's, in turn on one machine: tokens per second and peak memory of the same step."""
import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
TURNS = ["ours", "bf16", "ours", "f32", "ours"]
# Elsewhere torch multiplies bf16 one number at a time: never the faster form, and an hour to see it.
BF16_PROCESSORS = {"avx512_bf16", "amx_bf16", "avx512bw"}


def ours(weights, rows, seq_len):
    """(tokens/s, peak GiB) of `kaiaku-train bench train`."""
    out = subprocess.run(
        [ROOT / "kaiaku-train", "bench", "train", "--json", "--weights", weights, "--rows", str(rows),
         "--seq-len", str(seq_len)],
        check=True, capture_output=True, text=True).stdout
    figures = json.loads(out.splitlines()[-1])
    return figures["tokens_per_second"], figures["peak_memory_bytes"] / 2**30


def peft(dtype):
    out = subprocess.run(
        [sys.executable, pathlib.Path(__file__).with_name("peft_cpu.py"), "--dtype", dtype],
        check=True, capture_output=True, text=True).stdout
    return tuple(float(x) for x in re.search(r"([\d.]+) tokens/s, peak ([\d.]+) GiB", out).groups())


def has_bf16():
    flags = re.search(r"^flags\s*:(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return not flags or bool(BF16_PROCESSORS & set(flags[1].split()))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", choices=["bf16", "nf4", "f32"], default="bf16")
    parser.add_argument("--least", type=float, default=0, help="fail where ours is not so many times PEFT's better one")
    parser.add_argument("--scaling", action="store_true", help="only ours: 4,096 tokens in rows of several lengths")
    args = parser.parse_args()
    if args.scaling:
        for seq_len in (256, 1024, 4096):
            speed, peak = ours(args.weights, 4096 // seq_len, seq_len)
            print(f"4096 tokens in rows of {seq_len}: {speed:.0f} tokens/s, peak {peak:.2f} GiB", flush=True)
        return 0
    measured = {}
    turns = TURNS if has_bf16() else [turn for turn in TURNS if turn != "bf16"]
    for turn in turns:
        speed, peak = ours(args.weights, 4, 512) if turn == "ours" else peft(turn)
        print(f"{turn}: {speed:.0f} tokens/s, peak {peak:.2f} GiB", flush=True)
        measured.setdefault(turn, []).append((speed, peak))
    best = max(measured.get("bf16", []) + measured["f32"])
    speed = statistics.median(s for s, _ in measured["ours"])
    peak = max(p for _, p in measured["ours"])
    print(f"{speed / best[0]:.2f} times PEFT's better tokens per second at {peak / best[1]:.0%} of its memory")
    return 0 if speed >= args.least * best[0] else 1


if __name__ == "__main__":
    sys.exit(main())
