#!/usr/bin/env python3
"""An adapter on a base in the sizes of Qwen2.5-1.5B becomes a Q4_K_M file: kAIaku beside PEFT, converter and quantiser.

usage: compare_export.py --converter LLAMA_CPP_FOLDER --libllama FILE --tokenizer FOLDER --work FOLDER [--layers 28]

--converter is a folder of llama.cpp's sources, --libllama the library of the same release, --tokenizer a folder with
Qwen2.5's tokenizer.json. What is needed is made in --work first and kept (--prepare does no more). Fails where ours takes
more than 0.6 times as long, spends less than 80 % of its threads' time in ggml's conversion, takes more memory than
1 GiB and three times the largest tensor, or writes more than the file.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

import exports
import llama_quantize
import numpy as np
from gguf import GGUFReader

HIDDEN, INTERMEDIATE, HEADS, KV_HEADS, VOCAB, RANK = 1536, 8960, 12, 2, 151936, 16
KV = HIDDEN // HEADS * KV_HEADS
LINEARS = {
    "self_attn.q_proj": (HIDDEN, HIDDEN), "self_attn.k_proj": (HIDDEN, KV), "self_attn.v_proj": (HIDDEN, KV),
    "self_attn.o_proj": (HIDDEN, HIDDEN), "mlp.gate_proj": (HIDDEN, INTERMEDIATE), "mlp.up_proj": (HIDDEN, INTERMEDIATE),
    "mlp.down_proj": (INTERMEDIATE, HIDDEN),
}

MERGE = """
import sys, torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer
base, adapter, out = sys.argv[1:]
model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16)
PeftModel.from_pretrained(model, adapter).merge_and_unload().save_pretrained(out)
AutoTokenizer.from_pretrained(base).save_pretrained(out)
"""


def make_base(folder, layers, tokenizer):
    exports.kaiaku(
        "models", "tiny", folder, "--architecture", "qwen2", "--hidden", HIDDEN, "--layers", layers,
        "--feed-forward", INTERMEDIATE, "--heads", HEADS, "--kv-heads", KV_HEADS, "--context", 32768,
        "--tokenizer", tokenizer, "--vocab", VOCAB)


def make_adapter(folder, layers):
    random = np.random.default_rng(1)
    tensors = {}
    for layer in range(layers):
        for linear, (columns, rows) in LINEARS.items():
            name = f"model.layers.{layer}.{linear}"
            tensors[f"{name}.lora_A.weight"] = random.normal(0, columns**-0.5, (RANK, columns))
            tensors[f"{name}.lora_B.weight"] = random.normal(0, 0.01, (rows, RANK))
    exports.save_adapter(folder, tensors, RANK, 2 * RANK)


class Watch(threading.Thread):
    """The most memory a process had, and the bytes that it wrote."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.folder = pathlib.Path(f"/proc/{pid}")
        self.peak = self.written = 0

    def run(self):
        while True:
            try:
                status, io = ((self.folder / name).read_text() for name in ("status", "io"))
                self.peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
                self.written = int(io.split("wchar:")[1].split()[0])
            except (OSError, IndexError):
                return
            time.sleep(0.02)


def timed(what, command):
    start = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               errors="replace")
    watch = Watch(process.pid)
    watch.start()
    out, log = process.communicate()
    seconds = time.monotonic() - start
    watch.join()
    if process.returncode != 0:
        sys.exit(f"{what}: {log}")
    print(f"{what}: {seconds:.1f} s, {watch.peak / 2**30:.2f} GiB", flush=True)
    return seconds, watch, out


def warm(base):
    """Nobody pays for the first read."""
    with open(base / "model.safetensors", "rb") as file:
        while file.read(1 << 24):
            pass


def first_start(work):
    """Nor for what a program that was just built unpacks into its cache."""
    base = work / "tiny"
    if not base.exists():
        exports.kaiaku("models", "tiny", base)
    with tempfile.TemporaryDirectory() as folder:
        adapter = exports.zero_adapter(base, pathlib.Path(folder) / "adapter")
        exports.export(base, adapter, pathlib.Path(folder) / "tiny.gguf", "--quant", "Q4_K_M")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("converter", "libllama", "tokenizer", "work"):
        parser.add_argument("--" + name, required=True, type=pathlib.Path)
    parser.add_argument("--layers", type=int, default=28)
    parser.add_argument("--prepare", action="store_true", help="only make the base and the adapter")
    arguments = parser.parse_args()
    work = arguments.work
    base, adapter = work / f"base-{arguments.layers}", work / f"adapter-{arguments.layers}"
    if not (base / "model.safetensors").exists():
        make_base(base, arguments.layers, arguments.tokenizer)
    if not adapter.exists():
        make_adapter(adapter, arguments.layers)
    if arguments.prepare:
        return 0

    first_start(work)
    warm(base)
    ours, merged, converted, theirs = (work / name for name in ("ours.gguf", "merged", "converted.gguf", "theirs.gguf"))
    seconds, watch, out = timed("kaiaku-train export", [
        exports.ROOT / "kaiaku-train", "export", "--adapter", adapter, "--base", base, "--persona", "ana", "--quant", "Q4_K_M", "--out",
        ours, "--json"])
    report = json.loads(out.splitlines()[-1])
    warm(base)
    other = timed("PEFT merge and save", [sys.executable, "-c", MERGE, base, adapter, merged])[0]
    convert = arguments.converter / "convert_hf_to_gguf.py"
    other += timed("convert_hf_to_gguf.py", [sys.executable, convert, merged, "--outtype", "bf16", "--outfile", converted])[0]
    other += timed("llama_model_quantize", [
        sys.executable, pathlib.Path(__file__).with_name("llama_quantize.py"), arguments.libllama, converted, theirs,
        "Q4_K_M"])[0]

    types = [{tensor.name: tensor.tensor_type for tensor in GGUFReader(file).tensors} for file in (ours, theirs)]
    largest = VOCAB * HIDDEN * 2
    result = {
        "layers": arguments.layers,
        "seconds": round(seconds, 1),
        "seconds_of_the_others": round(other, 1),
        "times": round(seconds / other, 3),
        "kernel_share": round(report["kernel_share"], 3),
        "peak_memory_gib": round(watch.peak / 2**30, 2),
        "allowed_memory_gib": round((2**30 + 3 * largest) / 2**30, 2),
        "written_of_file": round(watch.written / ours.stat().st_size, 3),
        "same_types": types[0] == types[1],
    }
    print(json.dumps(result))
    good = (result["times"] <= 0.6 and result["kernel_share"] >= 0.8 and watch.peak <= 2**30 + 3 * largest
            and result["written_of_file"] < 1.01 and result["same_types"])
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
