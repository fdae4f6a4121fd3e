#!/usr/bin/env python3
"""Is `imatrix.gguf` what llama-quantize takes, and does it do with it what we do?

usage: check_imatrix.py --converter LLAMA_CPP_FOLDER --libllama FILE RUN

RUN is what `train` wrote. The file of `export RUN --imatrix auto` is read by llama.cpp's own loader (a C++ compiler
builds read_imatrix.cpp for that), and the F32 file quantised with it by llama_model_quantize: each tensor must have the
same type and a relative error within 1 % of ours.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import exports
import llama_quantize
from compare_converter import compare_errors, tensors
from gguf import GGUFReader


def read(converter, libllama, file, work):
    """By llama.cpp's loader: means by name."""
    program = work / "read_imatrix"
    source = pathlib.Path(__file__).with_name("read_imatrix.cpp")
    libraries = libllama.parent
    subprocess.run(
        ["c++", "-std=c++17", f"-I{converter}/common", source, "-o", program, f"-L{libraries}", "-lllama-common",
         f"-Wl,-rpath,{libraries}", "-Wl,--allow-shlib-undefined"], check=True)
    lines = subprocess.run([program, file], check=True, capture_output=True, text=True).stdout.splitlines()
    return {line.split(" ")[0]: list(map(float, line.split(" ")[1:])) for line in lines}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("converter", "libllama"):
        parser.add_argument("--" + name, required=True, type=pathlib.Path)
    parser.add_argument("run", metavar="RUN")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        kinds = list(llama_quantize.FILE_TYPES)
        exports.kaiaku("export", arguments.run, "--out", work, "--quant", ",".join(["F32", *kinds]), "--imatrix", "auto")
        ours = {kind: tensors(GGUFReader(work / f"persona-{kind}.gguf")) for kind in ["F32", *kinds]}
        weights = work / "imatrix.gguf"
        means = read(arguments.converter, arguments.libllama, weights, work)
        linears = {name for name, tensor in ours["F32"].items() if name.startswith("blk.") and len(tensor.shape) == 2}
        problems = [f"no weights for {name}" for name in sorted(linears - means.keys())]
        problems += [f"{name}: {len(values)} weights" for name, values in means.items()
                     if len(values) != ours["F32"][name].shape[0] or not all(value >= 0 for value in values)]
        worst = {}
        for kind in kinds:
            out = work / f"theirs-{kind}.gguf"
            llama_quantize.run(arguments.libllama, work / "persona-F32.gguf", out, kind, weights)
            problems += compare_errors(ours["F32"], ours[kind], tensors(GGUFReader(out)), kind, worst)
        print(json.dumps({"matrices": len(means), "largest_difference_of_errors": {
            kind: round(float(value), 6) for kind, value in worst.items()}, "problems": len(problems)}))
        for problem in problems:
            print("  " + problem)
    return 0 if not problems else 1


if __name__ == "__main__":
    sys.exit(main())
