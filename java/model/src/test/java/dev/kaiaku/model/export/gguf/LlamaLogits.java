package dev.kaiaku.model.export.gguf;

import dev.kaiaku.bindings.LlamaFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What llama.cpp computes from a file. */
final class LlamaLogits {
    private LlamaLogits() {}

    /** Logits [T, V] of one sequence. */
    static float[] of(Path gguf, @Nullable Path lora, int... tokens) {
        boolean[] wanted = new boolean[tokens.length];
        Arrays.fill(wanted, true);
        int[] positions = IntStream.range(0, tokens.length).toArray();
        try (LlamaFile file = LlamaFile.open(gguf, 256, 256, 1, 1)) {
            if (lora != null) {
                file.applyLora(lora, 1);
            }
            file.decode(tokens, positions, new int[tokens.length], wanted);
            float[] row = new float[file.vocabSize()];
            float[] all = new float[tokens.length * row.length];
            for (int i = 0; i < tokens.length; i++) {
                file.logits(i, row);
                System.arraycopy(row, 0, all, i * row.length, row.length);
            }
            return all;
        }
    }
}
