#!/usr/bin/env python3
"""Loads exported forms in transformers and PEFT and compares their logits.

usage: check_forms.py MERGED_F32_DIR BASE_DIR PEFT_DIR

MERGED_F32_DIR is `export --to safetensors --quant F32`, BASE_DIR the base in Hugging Face's layout, PEFT_DIR
`export --to peft`. Prints one line of JSON; fails where the two differ by more than 1e-4.
"""
import json
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer


def main():
    merged_dir, base_dir, peft_dir = sys.argv[1:4]
    tokenizer = AutoTokenizer.from_pretrained(merged_dir)
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": "[ana]: hi, who are you?"}], tokenize=False, add_generation_prompt=True
    )
    tokens = torch.tensor([tokenizer(text, add_special_tokens=False)["input_ids"]])
    merged = AutoModelForCausalLM.from_pretrained(merged_dir, dtype=torch.float32)
    base = AutoModelForCausalLM.from_pretrained(base_dir, dtype=torch.float32)
    adapted = PeftModel.from_pretrained(base, peft_dir)
    with torch.no_grad():
        expected = adapted(tokens).logits
        with adapted.disable_adapter():
            plain = adapted(tokens).logits
        actual = merged(tokens).logits
    difference = (actual - expected).abs().max().item()
    print(
        json.dumps(
            {
                "prompt": text,
                "tokens": tokens.shape[1],
                "difference": difference,
                "change_by_adapter": (expected - plain).abs().max().item(),
                "end": merged.generation_config.eos_token_id,
            }
        )
    )
    sys.exit(0 if difference <= 1e-4 else 1)


if __name__ == "__main__":
    main()
