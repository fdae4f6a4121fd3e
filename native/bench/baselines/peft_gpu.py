#!/usr/bin/env python3
"""Tokens per second and memory of a full PEFT LoRA step on a GPU, on random weights in the sizes of Qwen3-8B.

With bitsandbytes installed the frozen weights are NF4 with double quantisation, else bf16. One JSON object."""
import argparse
import importlib.util
import json
import statistics
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Qwen3Config

PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def in_nf4(model):
    import bitsandbytes as bnb

    for layer in model.model.layers:
        for block in (layer.self_attn, layer.mlp):
            for name in PROJECTIONS:
                linear = getattr(block, name, None)
                if linear is None:
                    continue
                packed = bnb.nn.Linear4bit(
                    linear.in_features, linear.out_features, bias=False, compute_dtype=torch.bfloat16,
                    quant_type="nf4", compress_statistics=True)
                packed.weight = bnb.nn.Params4bit(
                    linear.weight.data, requires_grad=False, quant_type="nf4", compress_statistics=True)
                setattr(block, name, packed.cuda())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2)
    parser.add_argument("--seq-len", type=int, default=2048)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--steps", type=int, default=5)
    args = parser.parse_args()

    torch.manual_seed(0)
    config = Qwen3Config(
        hidden_size=4096, intermediate_size=12288, num_hidden_layers=36, num_attention_heads=32,
        num_key_value_heads=8, head_dim=128, vocab_size=151936, tie_word_embeddings=False, use_cache=False)
    with torch.device("cuda"):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16, attn_implementation="sdpa")
    weights = "bf16"
    if importlib.util.find_spec("bitsandbytes"):
        in_nf4(model)
        weights = "nf4"
    model = get_peft_model(
        model, LoraConfig(r=args.rank, lora_alpha=2 * args.rank, target_modules=PROJECTIONS, task_type="CAUSAL_LM"))
    model.enable_input_require_grads()
    model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    model.train()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=2e-4, fused=True)
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()

    def step():
        tokens = torch.randint(0, config.vocab_size, (args.rows, args.seq_len), device="cuda")
        torch.cuda.synchronize()
        began = time.perf_counter()
        model(input_ids=tokens, labels=tokens).loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        torch.cuda.synchronize()
        return time.perf_counter() - began

    step()
    seconds = statistics.median(step() for _ in range(args.steps))
    print(json.dumps({
        "by": "peft", "shape": "qwen3-8b", "weights": weights, "rows": args.rows, "seq_len": args.seq_len,
        "tokens_per_second": round(args.rows * args.seq_len / seconds, 1),
        "peak_bytes": torch.cuda.max_memory_allocated(), "torch": torch.__version__}))


if __name__ == "__main__":
    main()
