#!/usr/bin/env python3
"""Every exported form of a base with an adapter, in transformers, PEFT and llama.cpp: the same logits.

usage: check_forms.py --libllama FILE BASE...

PEFT draws an adapter for each BASE (a Hugging Face directory, or a GGUF file, of which `export --to safetensors` makes
one first) and writes it; `export --adapter` makes every form of it. Prints a line of JSON for each; fails where
transformers on `safetensors`, or PEFT on `peft`, differ from PEFT on its own adapter by more than 1e-4, llama.cpp on
`gguf-lora` beside the base by more than 1e-3, or on `gguf` of any type, relative to the size of the logits, by more than
six times the error that the type has for normal values.
"""
import argparse
import json
import pathlib
import sys
import tempfile

import exports
import llama_logits
import numpy as np
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

# Relative error of normal values, rounded up, as measured on ggml's types.
ERRORS = {
    "F32": 1e-4, "F16": 3e-4, "BF16": 2e-3, "Q8_0": 0.006, "Q6_K": 0.02, "Q5_K_M": 0.04, "Q5_K_S": 0.04, "Q4_K_M": 0.08,
    "Q4_K_S": 0.08, "Q4_0": 0.095, "IQ4_NL": 0.09, "Q3_K_M": 0.17,
}
LINEARS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def load(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


def logits(model, ids):
    with torch.no_grad():
        return model(torch.tensor([ids])).logits[0].numpy()


def draw_adapter(base, folder):
    """Written by PEFT; the same every time."""
    torch.manual_seed(1)
    config = LoraConfig(r=8, lora_alpha=16, target_modules=LINEARS, init_lora_weights=False, task_type="CAUSAL_LM")
    model = get_peft_model(load(base), config)
    with torch.no_grad():
        for name, values in model.named_parameters():
            if "lora_B" in name:
                values.mul_(0.2)
    model.save_pretrained(folder)
    return model


def check(given, libllama, work):
    base = exports.huggingface(given, work)
    adapter = work / "adapter"
    model = draw_adapter(base, adapter)
    exports.export(base, adapter, work / "hf", "--to", "safetensors", "--quant", "F32")
    exports.export(base, adapter, work / "peft", "--to", "peft")
    exports.export(base, adapter, work / "lora.gguf", "--to", "gguf-lora")
    exports.export(base, adapter, work / "gguf", "--quant", ",".join(ERRORS))
    exports.export(base, adapter, work / "base.gguf", "--quant", "F32", "--strength", "0")

    tokenizer = AutoTokenizer.from_pretrained(work / "hf")
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": "[ana]: hi, who are you?"}], tokenize=False, add_generation_prompt=True)
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    expected = logits(model, ids)
    with model.disable_adapter():
        change = float(np.abs(logits(model, ids) - expected).max())
    good = change > 0.01

    def show(form, error, bound, **more):
        nonlocal good
        good &= bool(error <= bound)
        print(json.dumps({"base": given.name, "form": form, "error": float(f"{error:.3g}"), "at_most": bound, **more}), flush=True)

    def largest(actual):
        return float(np.abs(actual - expected).max())

    show("safetensors", largest(logits(load(work / "hf"), ids)), 1e-4, tokens=len(ids), change_by_adapter=change)
    show("peft", largest(logits(PeftModel.from_pretrained(load(base), work / "peft"), ids)), 1e-4)
    show("gguf-lora", largest(llama_logits.logits(libllama, work / "base.gguf", ids, work / "lora.gguf")), 1e-3)
    for kind, error in ERRORS.items():
        actual = llama_logits.logits(libllama, work / "gguf" / f"persona-{kind}.gguf", ids)
        show(kind, np.linalg.norm(actual - expected) / np.linalg.norm(expected), round(6 * error, 4))
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--libllama", required=True)
    parser.add_argument("bases", nargs="+", type=pathlib.Path, metavar="BASE")
    arguments = parser.parse_args()
    good = True
    for base in arguments.bases:
        with tempfile.TemporaryDirectory() as work:
            good &= check(base, arguments.libllama, pathlib.Path(work))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
