"""Logits of a GGUF file by a libllama of v0.5.0, in a process of its own; with an adapter where one is given."""
import ctypes
import pathlib
import subprocess
import sys
import tempfile

import numpy as np


class ModelParams(ctypes.Structure):
    """llama_model_params; nothing of it is changed."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("devices", "tensor_buft_overrides")),
        *((name, ctypes.c_int) for name in ("n_gpu_layers", "split_mode", "load_mode", "lazy_mode", "main_gpu")),
        *((name, ctypes.c_void_p) for name in ("tensor_split", "progress", "progress_data", "kv_overrides")),
        *((name, ctypes.c_bool) for name in (
            "vocab_only", "check_tensors", "use_extra_bufts", "no_host", "no_alloc", "load_mtp")),
    ]


class ContextParams(ctypes.Structure):
    """llama_context_params."""

    _fields_ = [
        *((name, ctypes.c_uint32) for name in (
            "n_ctx", "n_batch", "n_ubatch", "n_seq_max", "n_rs_seq", "n_outputs_max", "n_outputs_max_per_seq")),
        *((name, ctypes.c_int) for name in (
            "n_threads", "n_threads_batch", "ctx_type", "rope_scaling_type", "pooling_type", "attention_type",
            "flash_attn_type")),
        *((name, ctypes.c_float) for name in (
            "rope_freq_base", "rope_freq_scale", "yarn_ext_factor", "yarn_attn_factor", "yarn_beta_fast", "yarn_beta_slow")),
        ("yarn_orig_ctx", ctypes.c_uint32), ("defrag_thold", ctypes.c_float),
        *((name, ctypes.c_void_p) for name in ("cb_eval", "cb_eval_user_data")),
        *((name, ctypes.c_int) for name in ("type_k", "type_v")),
        *((name, ctypes.c_void_p) for name in ("abort", "abort_data")),
        *((name, ctypes.c_bool) for name in ("embeddings", "offload_kqv", "no_perf", "op_offload", "swa_full", "kv_unified")),
        ("samplers", ctypes.c_void_p), ("n_samplers", ctypes.c_size_t), ("ctx_other", ctypes.c_void_p),
    ]


class Batch(ctypes.Structure):
    """llama_batch."""

    _fields_ = [
        ("n_tokens", ctypes.c_int32), ("token", ctypes.POINTER(ctypes.c_int32)), ("embd", ctypes.c_void_p),
        ("pos", ctypes.POINTER(ctypes.c_int32)), ("n_seq_id", ctypes.POINTER(ctypes.c_int32)),
        ("seq_id", ctypes.POINTER(ctypes.POINTER(ctypes.c_int32))), ("logits", ctypes.POINTER(ctypes.c_int8)),
    ]


FLOAT = 0  # ggml_type of the cache of keys and values: f32, so that it adds no error of its own
DISABLED = 0  # llama_flash_attn_type


def logits(libllama, gguf, tokens, lora=None):
    """[T, V] of one sequence."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "logits.npy"
        command = [sys.executable, __file__, libllama, gguf, ",".join(map(str, tokens)), out, *([lora] if lora else [])]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, errors="replace")
        if done.returncode != 0:
            sys.exit(f"{gguf}: {done.stderr[-2000:]}")
        return np.load(out)


def pointer(function, *types):
    function.restype = ctypes.c_void_p
    function.argtypes = types
    return function


def main():
    libllama, gguf, listed, out = sys.argv[1:5]
    tokens = list(map(int, listed.split(",")))
    folder = pathlib.Path(libllama).parent
    ctypes.CDLL(str(next(folder.glob("libggml.*so*"))), ctypes.RTLD_GLOBAL).ggml_backend_load_all_from_path(str(folder).encode())
    llama = ctypes.CDLL(libllama, ctypes.RTLD_GLOBAL)
    llama.llama_model_default_params.restype = ModelParams
    llama.llama_context_default_params.restype = ContextParams
    llama.llama_backend_init()
    model = pointer(llama.llama_model_load_from_file, ctypes.c_char_p, ModelParams)(
        gguf.encode(), llama.llama_model_default_params())
    if not model:
        return 1
    params = llama.llama_context_default_params()
    params.n_ctx = params.n_batch = params.n_ubatch = 512
    params.n_threads = params.n_threads_batch = 2
    params.flash_attn_type, params.type_k, params.type_v = DISABLED, FLOAT, FLOAT
    context = pointer(llama.llama_init_from_model, ctypes.c_void_p, ContextParams)(model, params)
    if len(sys.argv) > 5:
        adapter = pointer(llama.llama_adapter_lora_init, ctypes.c_void_p, ctypes.c_char_p)(model, sys.argv[5].encode())
        adapters, scales = (ctypes.c_void_p * 1)(adapter), (ctypes.c_float * 1)(1)
        set_adapters = llama.llama_set_adapters_lora
        set_adapters.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]
        if not adapter or set_adapters(context, adapters, 1, scales) != 0:
            return 1
    llama.llama_batch_init.restype = Batch
    batch = llama.llama_batch_init(len(tokens), 0, 1)
    batch.n_tokens = len(tokens)
    for i, token in enumerate(tokens):
        batch.token[i], batch.pos[i], batch.n_seq_id[i], batch.seq_id[i][0], batch.logits[i] = token, i, 1, 0, 1
    llama.llama_decode.argtypes = [ctypes.c_void_p, Batch]
    if llama.llama_decode(context, batch) != 0:
        return 1
    vocab = pointer(llama.llama_model_get_vocab, ctypes.c_void_p)(model)
    llama.llama_vocab_n_tokens.argtypes = [ctypes.c_void_p]
    size = llama.llama_vocab_n_tokens(vocab)
    row = llama.llama_get_logits_ith
    row.restype, row.argtypes = ctypes.POINTER(ctypes.c_float), [ctypes.c_void_p, ctypes.c_int32]
    np.save(out, np.stack([np.ctypeslib.as_array(row(context, i), (size,)).copy() for i in range(len(tokens))]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
