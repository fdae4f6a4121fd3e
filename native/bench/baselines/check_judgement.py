#!/usr/bin/env python3
"""Tries on real chats what `train` decides for people: the learning rate, and when to stop.

usage: check_judgement.py rates BASE WORK EXPORT PERSONA [--steps N]
       check_judgement.py alarm BASE WORK EXPORT PERSONA [EXPORT PERSONA ...]
       check_judgement.py bf16 BASE WORK EXPORT PERSONA [--steps N]

rates: `--lr auto` against a grid of five rates; fails where its validation NLL is more than 1 % above the best.
alarm: 60 samples, 30 epochs, 20 times the usual rate; fails where what is kept is more than 3 % above the best that
       any evaluation saw, or where the run does not say why it stopped.
bf16:  the same run in bf16 and in f32; fails where they differ by more than 1 %.
WORK is a folder for datasets and runs. Prints a line of JSON for each run.
"""
import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
GRID = ["1e-4", "2e-4", "5e-4", "1e-3", "2e-3"]
TOO_HIGH = "4e-3"
SHORT = ["--seq-len", "512", "--batch-tokens", "1152"]


def kaiaku(*args):
    """The JSON that a command ends with."""
    out = subprocess.run([ROOT / "kaiaku-train", *map(str, args), "--json"], check=True, capture_output=True, text=True)
    return json.loads(out.stdout.splitlines()[-1])


def dataset(export, persona, folder, train=None, validation=None):
    """Builds samples, and keeps the first of them where that is asked for."""
    if not folder.exists():
        kaiaku("dataset", "build", export, "--persona", persona, "--out", folder)
        for name, most in (("train", train), ("validation", validation)):
            file = folder / f"{name}.jsonl"
            lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
            file.write_text("".join(lines[:most]), encoding="utf-8")
    return folder


def train(base, data, run, *options):
    result = kaiaku("train", "--base", base, "--data", data, "--out", run, *options)
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    seen = [line["validation_nll"] for line in lines if line.get("validation_nll") is not None and line["step"] > 0]
    shown = {key: result[key] for key in ("lr", "base_nll", "best_nll", "best_step", "steps", "stop_reason", "saw")}
    print(json.dumps({"run": run.name, **shown, "evaluations": len(seen), "lowest_seen": min(seen)}), flush=True)
    return result["best_nll"], min(seen), result


def rates(args):
    data = dataset(args.chats[0], args.chats[1], args.work / "data")
    common = [*SHORT, "--max-steps", args.steps, "--eval-every", args.steps]
    grid = [train(args.base, data, args.work / f"lr-{lr}", "--lr", lr, *common)[0] for lr in GRID]
    auto = train(args.base, data, args.work / "lr-auto", "--lr", "auto", *common)[0]
    above = auto / min(grid) - 1
    print(f"--lr auto ends {above:+.2%} from the best of {len(GRID)} rates (at most +1 %)")
    return above <= 0.01


def alarm(args):
    holds = True
    for number, (export, persona) in enumerate(zip(args.chats[::2], args.chats[1::2]), 1):
        data = dataset(export, persona, args.work / f"few-{number}", train=60, validation=40)
        kept, lowest, result = train(
            args.base, data, args.work / f"alarm-{number}", "--lr", TOO_HIGH, "--epochs", "30", "--seq-len", "128",
            "--seed", number)
        above = kept / lowest - 1
        print(f"{persona}: {above:+.2%} from the lowest of its evaluations (at most +3 %)")
        holds &= above <= 0.03 and result["stop_reason"] in ("early_stop", "overfitting") and bool(result["saw"])
    return holds


def bf16(args):
    data = dataset(args.chats[0], args.chats[1], args.work / "data")
    common = [*SHORT, "--max-steps", args.steps, "--eval-every", args.steps, "--lr", "3e-4"]
    nll = [
        train(args.base, data, args.work / f"{form}-{args.steps}", "--compute", form, "--weights", form, *common)[0]
        for form in ("bf16", "f32")]
    off = nll[0] / nll[1] - 1
    print(f"bf16 ends {off:+.2%} from f32 (at most 1 %)")
    return abs(off) <= 0.01


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["rates", "alarm", "bf16"])
    parser.add_argument("base")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("chats", nargs="+", metavar="EXPORT PERSONA")
    parser.add_argument("--steps", type=int, default=40)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    return 0 if {"rates": rates, "alarm": alarm, "bf16": bf16}[args.what](args) else 1


if __name__ == "__main__":
    sys.exit(main())
