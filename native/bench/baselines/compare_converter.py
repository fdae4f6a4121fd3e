#!/usr/bin/env python3
"""Exports of kAIaku beside llama.cpp's own converter and quantiser: same keys, same tensors, same errors.

usage: compare_converter.py --converter LLAMA_CPP_FOLDER [--libllama FILE] BASE...

BASE is a Hugging Face directory, or a GGUF file, of which `export --to safetensors` makes one first. Each is exported
without any change (`--strength 0`) and converted by convert_hf_to_gguf.py: keys must be the same but for those in OTHER_KEYS,
tensors the same byte for byte. With --libllama the F32 file is quantised by llama_model_quantize too: each
tensor must have the same type and a relative error within 1 % of ours.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import exports
import llama_quantize
import numpy as np
from gguf import GGUFReader, dequantize

CONVERTED = ["F32", "F16", "BF16", "Q8_0"]

# Keys that differ, and why.
OTHER_KEYS = {
    "general.name": "the persona, not the folder",
    "general.basename": "name of the base; the converter takes the folder's name apart",
    "general.finetune": "guessed from the folder's name by the converter",
    "general.version": "guessed from the folder's name by the converter",
    "general.license": "of the base, where anything tells it",
    "general.base_model.count": "the base that the persona was trained on",
    "general.base_model.0.name": "the base that the persona was trained on",
    "tokenizer.chat_template": "written from kaiaku.format",
    "tokenizer.ggml.eos_token_id": "the trained end of turn",
    "tokenizer.ggml.bos_token_id": "left out where it opens turns: runtimes strip it there",
}


# Runs the converter; it knows a tokeniser's regular expressions by a hash of its ids alone, so that random tokenisers
# are told theirs.
CONVERT = """
import runpy, sys
folder, pre = sys.argv[1:3]
sys.argv = [folder + "/convert_hf_to_gguf.py"] + sys.argv[3:]
sys.path[:0] = [folder, folder + "/gguf-py"]
import conversion.base
known = conversion.base.TextModel.get_vocab_base_pre
def get_vocab_base_pre(self, tokenizer):
    try:
        return known(self, tokenizer)
    except NotImplementedError:
        print("a tokeniser that the converter does not know: told to be", pre)
        return pre
conversion.base.TextModel.get_vocab_base_pre = get_vocab_base_pre
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def convert(converter, base, pre, kind, out):
    command = [sys.executable, "-c", CONVERT, converter, pre, base, "--outtype", kind.lower(), "--outfile", out]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        sys.exit(done.stderr)
    return "does not know: told" not in done.stdout


def value(field):
    contents = field.contents()
    # A hash stands for long lists.
    return contents if not isinstance(contents, list) or len(contents) < 9 else hash(tuple(contents))


def keys(reader):
    return {key: (field.types, value(field)) for key, field in reader.fields.items() if not key.startswith("GGUF.")}


def compare_keys(ours, theirs, always):
    """Lines on keys that differ without a reason; `always` may be ours alone."""
    problems = []
    for key in sorted(ours.keys() | theirs.keys()):
        if key.startswith("kaiaku.") or key in OTHER_KEYS or ours.get(key) == theirs.get(key):
            continue
        if key not in theirs and key in always:
            continue
        problems.append(f"{key}: ours {ours.get(key)}, theirs {theirs.get(key)}")
    return problems


def always(architecture):
    """Keys that the converter writes only where config.json holds them, and readers otherwise derive: never wrong to say."""
    names = ("attention.head_count_kv", "attention.key_length", "attention.value_length", "rope.dimension_count",
             "rope.freq_base")
    return {f"{architecture}.{name}" for name in names} | {"tokenizer.ggml.add_bos_token"}


def tensors(reader):
    return {tensor.name: tensor for tensor in reader.tensors}


def compare_tensors(ours, theirs):
    problems = [f"tensor {name} is in one file only" for name in sorted(ours.keys() ^ theirs.keys())]
    for name in sorted(ours.keys() & theirs.keys()):
        mine, other = ours[name], theirs[name]
        if mine.tensor_type != other.tensor_type or list(mine.shape) != list(other.shape):
            problems.append(f"{name}: ours {mine.tensor_type.name} {mine.shape}, theirs {other.tensor_type.name} {other.shape}")
        elif name == "rope_freqs.weight" and np.allclose(mine.data, other.data, rtol=1e-6, atol=0):
            pass  # theirs come from frequencies rounded to f32
        elif mine.data.tobytes() != other.data.tobytes():
            differing = np.count_nonzero(mine.data.view(np.uint8).ravel() != other.data.view(np.uint8).ravel())
            problems.append(f"{name} {mine.tensor_type.name}: {differing} of {mine.data.nbytes} bytes differ")
    return problems


def compare_errors(exact, ours, theirs, kind, worst):
    problems = [f"tensor {name} is in one file only" for name in sorted(ours.keys() ^ theirs.keys())]
    for name in sorted(ours.keys() & theirs.keys()):
        mine, other = ours[name], theirs[name]
        if mine.tensor_type != other.tensor_type:
            problems.append(f"{kind} {name}: ours {mine.tensor_type.name}, theirs {other.tensor_type.name}")
            continue
        if mine.tensor_type.name == "F32":
            continue
        expected = dequantize(exact[name].data, exact[name].tensor_type)
        size = np.linalg.norm(expected)
        errors = [np.linalg.norm(dequantize(t.data, t.tensor_type) - expected) / size for t in (mine, other)]
        difference = 0 if errors[0] == errors[1] else abs(errors[0] / errors[1] - 1)
        worst[kind] = max(worst.get(kind, 0), difference)
        if difference > 0.01:
            problems.append(f"{kind} {name} {mine.tensor_type.name}: error {errors[0]:.5f}, theirs {errors[1]:.5f}")
    return problems


def check(base, arguments, work):
    base = exports.huggingface(base, work)
    kinds = CONVERTED + (list(llama_quantize.FILE_TYPES) if arguments.libllama else [])
    zero = exports.zero_adapter(base, work / "zero")
    exports.export(base, zero, work / "ours", "--strength", "0", "--quant", ",".join(kinds))
    ours = {kind: GGUFReader(work / "ours" / f"persona-{kind}.gguf") for kind in kinds}
    fields = ours["F32"].fields
    architecture, pre = (fields[key].contents() for key in ("general.architecture", "tokenizer.ggml.pre"))
    problems, compared, known = [], 0, True
    for kind in CONVERTED:
        out = work / f"theirs-{kind}.gguf"
        known = convert(arguments.converter, base, pre, kind, out)
        theirs = GGUFReader(out)
        problems += compare_keys(keys(ours[kind]), keys(theirs), always(architecture)) if kind == "F16" else []
        problems += compare_tensors(tensors(ours[kind]), tensors(theirs))
        compared += len(theirs.tensors)
    worst = {}
    for kind in llama_quantize.FILE_TYPES if arguments.libllama else []:
        out = work / f"theirs-{kind}.gguf"
        llama_quantize.run(arguments.libllama, work / "theirs-F32.gguf", out, kind)
        problems += compare_errors(tensors(ours["F32"]), tensors(ours[kind]), tensors(GGUFReader(out)), kind, worst)
    print(json.dumps({
        "base": base.name,
        "architecture": architecture,
        "keys": len(fields),
        "tensors_compared": compared,
        "tokeniser_known_to_the_converter": known,
        "largest_difference_of_errors": {kind: round(float(value), 6) for kind, value in worst.items()},
        "problems": len(problems),
    }), flush=True)
    for problem in problems:
        print("  " + problem)
    return not problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--converter", required=True, help="a folder of llama.cpp's sources, with convert_hf_to_gguf.py")
    parser.add_argument("--libllama", type=pathlib.Path, help="libllama of the same release, to compare K-quants with")
    parser.add_argument("bases", nargs="+", type=pathlib.Path, metavar="BASE")
    arguments = parser.parse_args()
    good = True
    for base in arguments.bases:
        work = pathlib.Path(tempfile.mkdtemp())
        try:
            good &= check(base, arguments, work)
        finally:
            shutil.rmtree(work)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
