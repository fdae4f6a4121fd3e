package dev.kaiaku.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LlamaLibraryTest {
    @Test
    void fieldsOfModelParamsLieWhereTheLibraryPutsThem() {
        LlamaLibrary.ModelParams params = LlamaLibrary.load().llama_model_default_params();

        assertThat(params.size()).isEqualTo(64);
        assertThat(params.n_gpu_layers).isZero();
        assertThat(params.split_mode).isEqualTo(1);
        assertThat(params.main_gpu).isZero();
        assertThat(params.kv_overrides).isNull();
        assertThat(new byte[] {params.vocab_only, params.use_mmap, params.use_mlock, params.check_tensors})
                .containsExactly(0, 1, 0, 0);
    }

    @Test
    void fieldsOfContextParamsLieWhereTheLibraryPutsThem() {
        LlamaLibrary.ContextParams params = LlamaLibrary.load().llama_context_default_params();

        assertThat(params.size()).isEqualTo(120);
        assertThat(params.n_ctx).isEqualTo(512);
        assertThat(params.n_batch).isEqualTo(2048);
        assertThat(params.n_ubatch).isEqualTo(512);
        assertThat(params.n_seq_max).isEqualTo(1);
        assertThat(params.n_threads).isEqualTo(params.n_threads_batch).isPositive();
        assertThat(params.rope_scaling_type).isEqualTo(-1);
        assertThat(params.yarn_ext_factor).isEqualTo(-1f);
        assertThat(params.yarn_attn_factor).isEqualTo(1f);
        assertThat(params.yarn_beta_fast).isEqualTo(32f);
        assertThat(params.yarn_beta_slow).isEqualTo(1f);
        assertThat(params.defrag_thold).isEqualTo(-1f);
        assertThat(params.type_k).isEqualTo(1);
        assertThat(params.type_v).isEqualTo(1);
        assertThat(new byte[] {params.logits_all, params.embeddings, params.offload_kqv, params.flash_attn})
                .containsExactly(0, 0, 1, 0);
        assertThat(params.no_perf).isEqualTo((byte) 1);
        assertThat(params.abort_callback).isNull();
    }

    @Test
    void aFileThatIsNoModelIsRefusedWithTheReason(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("no.gguf"), "not a model");

        assertThatThrownBy(() -> LlamaFile.openVocabulary(file))
                .isInstanceOf(NativeException.class)
                .hasMessageContaining("no.gguf")
                .hasMessageContaining("failed to load model")
                .hasMessageNotContaining("\n");
    }
}
