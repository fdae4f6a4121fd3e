#!/usr/bin/env python3
"""Tokens per second of a full PEFT LoRA step (forward, backward, AdamW) on the CPU, at the sizes of SmolLM2-135M."""
import argparse
import resource
import statistics
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dtype", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--seq-len", type=int, default=512)
    parser.add_argument("--checkpointing", action="store_true")
    args = parser.parse_args()

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
        num_key_value_heads=3, tie_word_embeddings=True, rope_theta=100000, max_position_embeddings=8192)
    model = LlamaForCausalLM(config).to(torch.bfloat16 if args.dtype == "bf16" else torch.float32)
    model = get_peft_model(
        model, LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM"))
    if args.checkpointing:
        model.gradient_checkpointing_enable()
        model.enable_input_require_grads()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=2e-4)
    tokens = torch.randint(0, 49152, (args.batch, args.seq_len))

    def step():
        began = time.time()
        model(input_ids=tokens, labels=tokens).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return time.time() - began

    step()
    seconds = statistics.median(step() for _ in range(4))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{args.dtype} {args.batch} x {args.seq_len}: {tokens.numel() / seconds:.1f} tokens/s, peak {peak:.2f} GiB")


if __name__ == "__main__":
    main()
