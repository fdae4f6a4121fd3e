#!/usr/bin/env python3
"""Reads an exported F16 persona with the gguf package and compares each tensor with base + scaling * B A.

usage: compare_merge.py PERSONA.gguf BASE.gguf ADAPTER_DIR

Prints one line of JSON: how many tensors were compared, and the largest difference relative to a tensor's largest
value. Architecture llama: q and k have their rows in llama.cpp's order, adapters in Hugging Face's.
"""
import json
import sys
from pathlib import Path

import numpy as np
from gguf import GGUFReader, dequantize
from safetensors.numpy import load_file

NAMES = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def tensors(path):
    reader = GGUFReader(path)
    return reader, {tensor.name: dequantize(tensor.data, tensor.tensor_type) for tensor in reader.tensors}


def field(reader, key):
    return reader.get_field(key).contents()


def interleaved(rows, heads):
    """Hugging Face's halves of a head become llama.cpp's pairs; rows [heads * E, R]."""
    return rows.reshape(heads, 2, rows.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(rows.shape)


def change(name, adapter, scaling, heads):
    parts = name.split(".")
    if parts[0] != "blk" or parts[2] not in NAMES:
        return 0
    linear = f"base_model.model.model.layers.{parts[1]}.{NAMES[parts[2]]}"
    if f"{linear}.lora_A.weight" not in adapter:
        return 0
    a, b = (adapter[f"{linear}.lora_{side}.weight"].astype(np.float32) for side in "AB")
    if parts[2] in heads:
        b = interleaved(b, heads[parts[2]])
    return scaling * (b @ a)


def main():
    persona_path, base_path, adapter_dir = map(Path, sys.argv[1:4])
    reader, persona = tensors(persona_path)
    _, base = tensors(base_path)
    config = json.loads((adapter_dir / "adapter_config.json").read_text())
    adapter = load_file(adapter_dir / "adapter_model.safetensors")
    architecture = field(reader, "general.architecture")
    heads = {}
    if architecture == "llama":
        heads = {
            "attn_q": field(reader, "llama.attention.head_count"),
            "attn_k": field(reader, "llama.attention.head_count_kv"),
        }
    assert persona.keys() == base.keys(), persona.keys() ^ base.keys()
    worst = 0.0
    for name, values in persona.items():
        expected = base[name] + change(name, adapter, config["lora_alpha"] / config["r"], heads)
        difference = float(np.abs(values - expected).max() / np.abs(expected).max())
        worst = max(worst, difference)
    print(
        json.dumps(
            {
                "persona": field(reader, "kaiaku.persona"),
                "format": field(reader, "kaiaku.format"),
                "tensors": len(persona),
                "largest_relative_difference": worst,
            }
        )
    )
    sys.exit(0 if worst < 1e-3 else 1)


if __name__ == "__main__":
    main()
