#!/usr/bin/env python3
"""The block rule as a person would write it with pandas: a DiscordChatExporter CSV to JSONL."""
import argparse
import json
import resource
import time

import pandas

GAP_SECONDS = 300


def blocks(messages, persona):
    """Pairs of context lines and reply lines; a session ends where nobody wrote for five minutes."""
    gaps = messages["time"].diff().dt.total_seconds().fillna(1e9).to_numpy()
    context, reply = [], []
    for gap, author, text in zip(gaps, messages["Author"].to_numpy(), messages["Content"].to_numpy()):
        if gap >= GAP_SECONDS or (reply and author != persona):
            if context and reply:
                yield context, reply
            context, reply = [], []
        if author == persona:
            reply.append(text)
        else:
            context.append(f"[{author}]: {text}")
    if context and reply:
        yield context, reply


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("csv")
    parser.add_argument("persona")
    parser.add_argument("out")
    args = parser.parse_args()

    began = time.time()
    messages = pandas.read_csv(args.csv, dtype=str, keep_default_na=False)
    messages["time"] = pandas.to_datetime(messages["Date"], utc=True, format="ISO8601")
    messages = messages[messages["Content"].str.strip() != ""].sort_values("time", kind="stable")
    samples = 0
    with open(args.out, "w", encoding="utf-8") as out:
        for context, reply in blocks(messages, args.persona):
            turns = [{"role": "user", "content": "\n".join(context)}, {"role": "assistant", "content": "\n".join(reply)}]
            out.write(json.dumps({"messages": turns}, ensure_ascii=False) + "\n")
            samples += 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(messages)} messages, {samples} samples, {time.time() - began:.2f} s, peak {peak:.0f} MiB")


if __name__ == "__main__":
    main()
