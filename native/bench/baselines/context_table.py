"""What the two context rules make of real chats: samples, messages kept, length of the contexts; a table in Markdown.

    context_table.py ./kaiaku-train ../shared/data/crd3:sam ../shared/data/crd3:laura ...
"""
import argparse
import json
import pathlib
import subprocess
import tempfile


def contexts(path):
    """Lines and characters that stand before every reply to learn."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            count = length = 0
            for turn in json.loads(line)["messages"]:
                content = turn["content"]
                if turn["role"] == "assistant" and turn.get("weight", 1):
                    yield count, length
                if turn["role"] != "system" and content:
                    # A newline and two spaces go on with a message.
                    count += 1 + content.count("\n") - content.count("\n  ")
                    length += len(content)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def row(launcher, export, persona, rule, folder):
    out = pathlib.Path(folder, rule)
    build = ["dataset", "build", export, "--persona", persona, "--context", rule, "--scrub", "off", "--score", "off"]
    subprocess.run([launcher, *build, "--out", str(out)], check=True, stdout=subprocess.DEVNULL)
    summary = json.loads(pathlib.Path(out, "dataset.json").read_text(encoding="utf-8"))
    before = [pair for name in ("train.jsonl", "validation.jsonl") for pair in contexts(out / name)]
    lines = [count for count, _ in before]
    chars = [length for _, length in before]
    kept = summary["personaMessagesKept"] / summary["personaMessages"]
    one_line = sum(count == 1 for count in lines) / len(lines)
    return [
        persona,
        rule,
        f"{summary['trainSamples'] + summary['validationSamples']:,}",
        f"{len(before):,}",
        f"{kept:.0%}",
        f"{one_line:.0%}",
        f"{percentile(lines, 0.5)} / {percentile(lines, 0.9)}",
        f"{percentile(chars, 0.5):,} / {percentile(chars, 0.9):,}",
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("launcher")
    parser.add_argument("chats", nargs="+", metavar="EXPORT:PERSONA")
    args = parser.parse_args()
    heads = ["persona", "context", "samples", "replies", "messages kept", "one-line contexts", "lines p50 / p90",
             "characters p50 / p90"]
    print("| " + " | ".join(heads) + " |")
    print("| --- " * len(heads) + "|")
    for chat in args.chats:
        export, persona = chat.rsplit(":", 1)
        for rule in ("block", "session"):
            with tempfile.TemporaryDirectory() as folder:
                print("| " + " | ".join(row(args.launcher, export, persona, rule, folder)) + " |", flush=True)


if __name__ == "__main__":
    main()
