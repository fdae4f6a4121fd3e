"""Variants of a dataset for ablations: which replies are learned, and how often.

    python ablate_data.py DATA OUT context=3      only replies after at least three lines
    python ablate_data.py DATA OUT score=1        the better half by score twice, the worst quarter never
    python ablate_data.py DATA OUT length=1       of replies of one or two words every other one only

A reply that is not learned stays as history (weight 0). validation.jsonl and dataset.json are copied as they are.
"""
import json
import pathlib
import shutil
import sys


def lines_before(messages, i):
    """Lines that stand before message i."""
    return sum(m["content"].count("\n") + 1 - m["content"].count("\n  ") for m in messages[:i] if m["role"] != "system")


def learned(messages):
    return [i for i, m in enumerate(messages) if m["role"] == "assistant" and m.get("weight", 1) != 0]


def main():
    data, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    rule, value = sys.argv[3].split("=")
    out.mkdir(parents=True)
    for name in ("validation.jsonl", "dataset.json"):
        shutil.copy(data / name, out / name)
    samples = [json.loads(line) for line in open(data / "train.jsonl", encoding="utf-8")]
    scores = sorted(sample["meta"].get("score", 0) for sample in samples)
    short = kept = 0
    with open(out / "train.jsonl", "w", encoding="utf-8") as target:
        for sample in samples:
            messages = sample["messages"]
            times = 1
            if rule == "score":
                score = sample["meta"].get("score", 0)
                times = 0 if score < scores[len(scores) // 4] else 2 if score >= scores[len(scores) // 2] else 1
            for i in learned(messages):
                if rule == "context" and lines_before(messages, i) < int(value):
                    messages[i]["weight"] = 0
                if rule == "length" and len(messages[i]["content"].split()) <= 2:
                    short += 1
                    if short % 2 == 0:
                        messages[i]["weight"] = 0
            if learned(messages):
                kept += times
                for _ in range(times):
                    target.write(json.dumps(sample, ensure_ascii=False) + "\n")
    print(f"{out}: {kept} samples of {len(samples)}")


main()
