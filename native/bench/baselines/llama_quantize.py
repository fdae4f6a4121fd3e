"""llama-quantize without the program: llama_model_quantize of a libllama of v0.5.0, in a process of its own."""
import ctypes
import subprocess
import sys

# general.file_type of what it makes.
FILE_TYPES = {"Q6_K": 18, "Q5_K_M": 17, "Q5_K_S": 16, "Q4_K_M": 15, "Q4_K_S": 14, "Q4_0": 2, "IQ4_NL": 25, "Q3_K_M": 12}


class Params(ctypes.Structure):
    """llama_model_quantize_params."""

    _fields_ = [
        ("nthread", ctypes.c_int32),
        ("ftype", ctypes.c_int),
        ("output_tensor_type", ctypes.c_int),
        ("token_embedding_type", ctypes.c_int),
        *((name, ctypes.c_bool) for name in (
            "allow_requantize", "quantize_output_tensor", "only_copy", "pure", "keep_split", "dry_run")),
        *((name, ctypes.c_void_p) for name in ("imatrix", "kv_overrides", "tt_overrides", "prune_layers")),
        ("max_buf_size", ctypes.c_size_t),
    ]


class Weights(ctypes.Structure):
    """llama_model_imatrix_data: of one matrix; one without a name ends a list."""

    _fields_ = [("name", ctypes.c_char_p), ("data", ctypes.POINTER(ctypes.c_float)), ("size", ctypes.c_size_t)]


def imatrix(path):
    """Means of squares as llama-quantize reads them from a file of llama-imatrix."""
    import numpy as np
    from gguf import GGUFReader

    tensors = {tensor.name: tensor.data for tensor in GGUFReader(path).tensors}
    entries = []
    for name, sums in tensors.items():
        if name.endswith(".in_sum2"):
            matrix = name.removesuffix(".in_sum2")
            means = np.ascontiguousarray((sums / tensors[matrix + ".counts"]).ravel(), np.float32)
            entries.append((matrix.encode(), means))
    array = (Weights * (len(entries) + 1))()
    for weights, (name, means) in zip(array, entries):
        weights.name, weights.size = name, means.size
        weights.data = means.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
    return array, entries


def run(libllama, source, out, kind, weights=None):
    """Quantises a file; its log is shown where it fails."""
    command = [sys.executable, __file__, libllama, source, out, kind, *([weights] if weights else [])]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        sys.exit(done.stderr)


def main():
    libllama, source, out, kind = sys.argv[1:5]
    llama = ctypes.CDLL(libllama, ctypes.RTLD_GLOBAL)
    llama.llama_model_quantize_default_params.restype = Params
    llama.llama_backend_init()
    params = llama.llama_model_quantize_default_params()
    params.ftype = FILE_TYPES[kind]
    if len(sys.argv) > 5:
        array, kept = imatrix(sys.argv[5])
        params.imatrix = ctypes.cast(array, ctypes.c_void_p)
    return llama.llama_model_quantize(source.encode(), out.encode(), ctypes.byref(params))


if __name__ == "__main__":
    sys.exit(main())
