"""Runs `kaiaku-train export` on a base, with adapters of any kind."""
import json
import pathlib
import subprocess

import numpy as np
from gguf import GGUFReader
from safetensors.numpy import save_file

ROOT = pathlib.Path(__file__).resolve().parents[3]


def kaiaku(*arguments):
    subprocess.run([ROOT / "kaiaku-train", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def export(base, adapter, out, *more):
    kaiaku("export", "--adapter", adapter, "--base", base, "--persona", "ana", "--out", out, *more)


def save_adapter(folder, tensors, rank, alpha):
    """In PEFT's layout; names of tensors are those of linears, without what PEFT puts before them."""
    folder.mkdir()
    named = {f"base_model.model.{name}": values.astype(np.float32) for name, values in tensors.items()}
    save_file(named, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    linears = sorted({name.split(".lora_")[0].rsplit(".", 1)[1] for name in tensors})
    config = {"peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": "base", "r": rank,
              "lora_alpha": alpha, "target_modules": linears}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    return folder


def zero_adapter(base, folder):
    """The smallest adapter of a base: what it adds is zero."""
    if base.is_dir():
        config = json.loads((base / "config.json").read_text())
        config = config.get("text_config", config)
        hidden, intermediate = config["hidden_size"], config["intermediate_size"]
    else:
        fields = GGUFReader(base).fields
        prefix = fields["general.architecture"].contents()
        hidden, intermediate = (
            fields[f"{prefix}.{key}"].contents() for key in ("embedding_length", "feed_forward_length"))
    linear = "model.layers.0.mlp.gate_proj"
    tensors = {f"{linear}.lora_A.weight": np.ones((1, hidden)), f"{linear}.lora_B.weight": np.zeros((intermediate, 1))}
    return save_adapter(folder, tensors, 1, 1)


def huggingface(base, work):
    """The base as a Hugging Face directory in f32, written by us where it is a GGUF file."""
    if base.is_dir():
        return base
    folder = work / base.stem
    export(base, zero_adapter(base, work / "zero-of-file"), folder, "--to", "safetensors", "--quant", "F32")
    (folder / "README.md").unlink()
    return folder
