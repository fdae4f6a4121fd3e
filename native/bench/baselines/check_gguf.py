"""Reads exported GGUF files with the `gguf` package of PyPI: python check_gguf.py FILE.gguf..."""

import collections
import sys

import gguf

for path in sys.argv[1:]:
    reader = gguf.GGUFReader(path)
    for key in ("general.architecture", "general.file_type", "kaiaku.persona", "kaiaku.format"):
        print(path, key, reader.fields[key].contents())
    print(path, dict(collections.Counter(tensor.tensor_type.name for tensor in reader.tensors)))
    rows = int(next(tensor for tensor in reader.tensors if tensor.name == "token_embd.weight").shape[1])
    assert len(reader.fields["tokenizer.ggml.tokens"].data) == rows, "a token for each row of the embedding"
