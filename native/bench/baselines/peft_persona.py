#!/usr/bin/env python3
"""Trains the samples of a dataset with PEFT, as a measure for kaiaku-train.

usage: peft_persona.py BASE.gguf TRAIN.jsonl VALIDATION.jsonl [--steps 80] [--lr 3e-4] [--samples 8] [--seq-len 512]

The base is dequantised to f32. LoRA, rank 16, alpha 32, every linear; AdamW without decay, gradients clipped at 1;
warm-up of 5 % of the steps (at least 5), then a cosine to a tenth. NLL is per reply token, end of turn included.
Prints one line of JSON at the end.
"""
import argparse
import json
import math
import resource
import time
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

IGNORED = -100


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base", type=Path)
    parser.add_argument("train", type=Path)
    parser.add_argument("validation", type=Path)
    parser.add_argument("--steps", type=int, default=80)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--samples", type=int, default=8, help="samples a step")
    parser.add_argument("--seq-len", type=int, default=512)
    parser.add_argument("--eval-every", type=int, default=20)
    return parser.parse_args()


def encode(tokenizer, conversation, seq_len):
    """Tokens and labels of a conversation in ChatML; learned are replies and their end of turn."""
    start, end = tokenizer.convert_tokens_to_ids(["<|im_start|>", "<|im_end|>"])
    plain = lambda text: tokenizer(text, add_special_tokens=False)["input_ids"]
    tokens, labels = [], []
    for message in conversation["messages"]:
        if tokens:
            newline = plain("\n")
            tokens += newline
            labels += [IGNORED] * len(newline)
        header = [start] + plain(message["role"] + "\n")
        content = plain(message["content"]) + [end]
        learned = message["role"] == "assistant" and message.get("weight", 1) != 0
        tokens += header + content
        labels += [IGNORED] * len(header) + (content if learned else [IGNORED] * len(content))
    return tokens[-seq_len:], labels[-seq_len:]


def read(path, tokenizer, seq_len):
    with open(path, encoding="utf-8") as lines:
        return [encode(tokenizer, json.loads(line), seq_len) for line in lines]


def padded(samples):
    width = max(len(tokens) for tokens, _ in samples)
    tokens = torch.zeros(len(samples), width, dtype=torch.long)
    labels = torch.full((len(samples), width), IGNORED)
    mask = torch.zeros(len(samples), width, dtype=torch.long)
    for row, (sample_tokens, sample_labels) in enumerate(samples):
        n = len(sample_tokens)
        tokens[row, :n] = torch.tensor(sample_tokens)
        labels[row, :n] = torch.tensor(sample_labels)
        mask[row, :n] = 1
    return tokens, labels, mask


def summed_loss(model, tokens, labels, mask):
    logits = model(input_ids=tokens, attention_mask=mask).logits.float()[:, :-1]
    return torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), labels[:, 1:].flatten(), ignore_index=IGNORED, reduction="sum"
    )


def targets(labels):
    return int((labels[:, 1:] != IGNORED).sum())


@torch.no_grad()
def evaluate(model, samples):
    model.eval()
    loss = count = 0
    for i in range(0, len(samples), 8):
        batch = padded(samples[i : i + 8])
        loss += summed_loss(model, *batch).item()
        count += targets(batch[1])
    model.train()
    return loss / count


def scheduled(peak, step, steps):
    warmup = max(5, round(0.05 * steps))
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (0.1 + 0.45 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup))))


def main():
    options = arguments()
    torch.manual_seed(1)
    folder, file = str(options.base.parent), options.base.name
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file)
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.float32)
    train = read(options.train, tokenizer, options.seq_len)
    validation = read(options.validation, tokenizer, options.seq_len)
    model = get_peft_model(
        model, LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM")
    )
    base_nll = evaluate(model, validation)
    print(f"base: {base_nll:.4f} over {len(validation)} samples", flush=True)

    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=options.lr, weight_decay=0.0)
    order = torch.randperm(len(train)).tolist()
    tokens, seconds, nll = 0, 0.0, base_nll
    for step in range(options.steps):
        started = time.time()
        first = step * options.samples
        batch = padded([train[order[(first + i) % len(train)]] for i in range(options.samples)])
        for group in optimizer.param_groups:
            group["lr"] = scheduled(options.lr, step, options.steps)
        (summed_loss(model, *batch) / targets(batch[1])).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        tokens += int(batch[2].sum())
        seconds += time.time() - started
        if (step + 1) % options.eval_every == 0 or step + 1 == options.steps:
            nll = evaluate(model, validation)
            print(f"step {step + 1}: {nll:.4f}, {tokens / seconds:.0f} tokens/s", flush=True)
    print(
        json.dumps(
            {
                "base_nll": base_nll,
                "final_nll": nll,
                "tokens_per_second": tokens / seconds,
                "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
