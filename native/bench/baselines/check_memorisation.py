#!/usr/bin/env python3
"""Does `eval` tell a persona that learned by heart from one that learned to write?

usage: check_memorisation.py EXPORT PERSONA WORK [--program ./kaiaku-train] [--base MODEL] [--replies N]

Trains three adapters on one chat: 30 passes over 100 samples without validation, a usual run, and a usual run with
canaries planted 1, 10 and 100 times. Fails unless the first is flagged, the second is not, and exposure rises with
the number of times. Prints one line of JSON.
"""
import argparse
import json
import pathlib
import shlex
import shutil
import subprocess

SAMPLES = 100
LEAST_WORDS = 10
MOST_BYTES = 900


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("export")
    parser.add_argument("persona")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--program", default="./kaiaku-train")
    parser.add_argument("--base", default="smollm2-135m")
    parser.add_argument("--replies", default="100")
    arguments = parser.parse_args()
    work = arguments.work

    def program(*words):
        words = shlex.split(arguments.program) + [str(word) for word in words] + ["--json"]
        done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(done.stdout.splitlines()[-1])

    def train(data, run, *options):
        usual = ["--batch-tokens", 2048, "--seq-len", 512]
        return program("train", "--base", arguments.base, "--data", data, "--out", work / run, *usual, *options)

    def evaluate(run, data):
        common = ["--replies", arguments.replies, "--no-baselines", "--out", work / f"{run}.html"]
        return program("eval", work / run, "--data", data, *common)

    block = ["--persona", arguments.persona, "--context", "block"]
    program("dataset", "build", arguments.export, *block, "--out", work / "plain")
    program("dataset", "build", arguments.export, *block, "--out", work / "probed", "--canaries", "1,10,100")
    few_samples(work)

    train(work / "few", "copied", "--epochs", 30, "--lr", 1e-3)
    train(work / "plain", "usual", "--max-steps", 60)
    train(work / "probed", "canaries", "--max-steps", 60)
    copied = evaluate("copied", work / "few-held")
    usual = evaluate("usual", work / "plain")
    canaries = evaluate("canaries", work / "probed")["canaries"]

    found = {
        "copied_runs_of_copied": runs(copied),
        "copied_flagged": flagged(copied),
        "copied_runs_of_usual": runs(usual),
        "usual_flagged": flagged(usual),
        "exposure_bits": [[canary["times"], round(canary["bits"], 1), canary["rank"]] for canary in canaries],
    }
    print(json.dumps(found))
    bits = [canary["bits"] for canary in canaries]
    assert found["copied_flagged"] and not found["usual_flagged"], "the wrong run is flagged"
    assert bits == sorted(bits) and canaries[-1]["known"] and not canaries[0]["known"], "exposure does not rise"


def few_samples(work):
    """100 samples with replies of ten words and more, to train on without and to evaluate with validation."""
    chosen = [line for line in (work / "plain/train.jsonl").open(encoding="utf-8") if worth(line)][:SAMPLES]
    for folder in (work / "few", work / "few-held"):
        folder.mkdir(exist_ok=True)
        (folder / "train.jsonl").write_text("".join(chosen), encoding="utf-8")
        shutil.copy(work / "plain/dataset.json", folder)
    (work / "few/validation.jsonl").write_text("")
    shutil.copy(work / "plain/validation.jsonl", work / "few-held")


def worth(line):
    reply = json.loads(line)["messages"][-1]["content"]
    return len(reply.split()) >= LEAST_WORDS and len(line) < MOST_BYTES


def runs(evaluation):
    return evaluation["speakers"][0]["figures"]["copied_runs"]["value"]


def flagged(evaluation):
    return any("learned by heart" in line for line in evaluation["verdict"] if line.startswith("Copies"))


if __name__ == "__main__":
    main()
