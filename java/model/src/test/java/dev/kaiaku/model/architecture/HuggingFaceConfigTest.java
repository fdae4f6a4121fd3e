package dev.kaiaku.model.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HuggingFaceConfigTest {
    private static final String LLAMA_3_2_1B = """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "attention_bias": false,
             "bos_token_id": 128000, "eos_token_id": [128001, 128008, 128009], "head_dim": 64, "hidden_act": "silu",
             "hidden_size": 2048, "intermediate_size": 8192, "max_position_embeddings": 131072, "mlp_bias": false,
             "num_attention_heads": 32, "num_hidden_layers": 16, "num_key_value_heads": 8, "rms_norm_eps": 1e-05,
             "rope_scaling": {"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
                              "original_max_position_embeddings": 8192, "rope_type": "llama3"},
             "rope_theta": 500000.0, "tie_word_embeddings": true, "torch_dtype": "bfloat16", "vocab_size": 128256}
            """;
    private static final String QWEN_2_5_7B = """
            {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_act": "silu", "hidden_size": 3584,
             "intermediate_size": 18944, "max_position_embeddings": 32768, "max_window_layers": 28,
             "num_attention_heads": 28, "num_hidden_layers": 28, "num_key_value_heads": 4, "rms_norm_eps": 1e-06,
             "rope_theta": 1000000.0, "sliding_window": 131072, "tie_word_embeddings": false,
             "torch_dtype": "bfloat16", "use_sliding_window": false, "vocab_size": 152064}
            """;
    private static final String SMOLLM2_135M = """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "attention_bias": false,
             "hidden_act": "silu", "hidden_size": 576, "intermediate_size": 1536, "is_llama_config": true,
             "max_position_embeddings": 8192, "mlp_bias": false, "num_attention_heads": 9, "num_hidden_layers": 30,
             "num_key_value_heads": 3, "pretraining_tp": 1, "rms_norm_eps": 1e-05, "rope_interleaved": false,
             "rope_scaling": null, "rope_theta": 100000, "tie_word_embeddings": true, "vocab_size": 49152}
            """;
    private static final String MISTRAL_NEMO = """
            {"architectures": ["MistralForCausalLM"], "model_type": "mistral", "head_dim": 128, "hidden_act": "silu",
             "hidden_size": 5120, "intermediate_size": 14336, "max_position_embeddings": 131072,
             "num_attention_heads": 32, "num_hidden_layers": 40, "num_key_value_heads": 8, "rms_norm_eps": 1e-05,
             "rope_parameters": {"rope_theta": 1000000.0, "rope_type": "default"}, "sliding_window": null,
             "tie_word_embeddings": false, "dtype": "bfloat16", "vocab_size": 131072}
            """;

    @TempDir
    Path directory;

    private ModelConfig read(String json) throws IOException {
        return HuggingFaceConfig.read(Files.writeString(directory.resolve("config.json"), json));
    }

    @Test
    void llama32WithScaledRope() throws IOException {
        ModelConfig config = read(LLAMA_3_2_1B);
        assertThat(config)
                .isEqualTo(new ModelConfig(
                        Architecture.LLAMA,
                        16,
                        2048,
                        8192,
                        32,
                        8,
                        64,
                        128256,
                        131072,
                        1e-5f,
                        new Rope(500_000, new Rope.Llama3(32, 1, 4, 8192)),
                        true,
                        Features.plain(64)));
        assertThat(config.parameters()).isEqualTo(1_235_814_400L);
    }

    @Test
    void qwen25HasBiasesAndAHeadOfItsOwn() throws IOException {
        ModelConfig config = read(QWEN_2_5_7B);
        assertThat(config.architecture()).isEqualTo(Architecture.QWEN2);
        assertThat(config.headDim()).isEqualTo(128);
        assertThat(config.features().attentionBias()).isTrue();
        assertThat(config.features().outputBias()).isFalse();
        assertThat(config.tiedEmbeddings()).isFalse();
        assertThat(config.parameters()).isEqualTo(7_615_616_512L);
    }

    @Test
    void smollm2() throws IOException {
        ModelConfig config = read(SMOLLM2_135M);
        assertThat(config.headDim()).isEqualTo(64);
        assertThat(config.rope()).isEqualTo(new Rope(100_000, new Rope.None()));
        assertThat(config.parameters()).isEqualTo(134_515_008L);
    }

    @Test
    void mistralInTheStyleOfTransformers5() throws IOException {
        ModelConfig config = read(MISTRAL_NEMO);
        assertThat(config.architecture()).isEqualTo(Architecture.LLAMA);
        assertThat(config.headDim() * config.heads()).isEqualTo(4096);
        assertThat(config.rope().theta()).isEqualTo(1e6);
        assertThat(config.parameters()).isEqualTo(12_247_782_400L);
    }

    @Test
    void biasesOfLlamaAreOnAllFourOrNone() throws IOException {
        ModelConfig config = read(SMOLLM2_135M.replace("\"attention_bias\": false", "\"attention_bias\": true"));
        assertThat(config.features().attentionBias()).isTrue();
        assertThat(config.features().outputBias()).isTrue();
    }

    @Test
    void windowThatNothingReachesIsFine() throws IOException {
        ModelConfig config = read(MISTRAL_NEMO.replace("\"sliding_window\": null", "\"sliding_window\": 131072"));
        assertThat(config.contextLength()).isEqualTo(131072);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            "sliding_window": null ; "sliding_window": 0 ; sliding_window 0 is not supported
            MistralForCausalLM ; GPT2LMHeadModel ; architecture GPT2LMHeadModel is not supported; supported are llama
            "hidden_size": 5120 ; "hidden_size": "big" ; hidden_size is not a whole number
            "hidden_size": 5120 ; "hidden_size": 99999999999 ; hidden_size is not a whole number
            "hidden_size": 5120 ; "hidden_size": 0 ; the hidden size is 0
            "num_hidden_layers": 40 ; "num_hidden_layers": -1 ; the number of layers is -1
            "vocab_size": 131072 ; "x": 1 ; vocab_size is missing
            "num_key_value_heads": 8 ; "num_key_value_heads": 7 ; 32 heads cannot share 7
            "head_dim": 128 ; "head_dim": 60 ; the head dimension 60 is not supported, only multiples of 8 up to 256
            "head_dim": 128 ; "head_dim": 264 ; the head dimension is 264, expected 1 to 256
            "hidden_act": "silu" ; "hidden_act": "gelu" ; hidden_act gelu is not supported
            "rope_type": "default" ; "rope_type": "yarn", "factor": 4.0 ; rope scaling yarn is not supported
            "rope_type": "default" ; "rope_type": "linear" ; factor is missing
            "rope_type": "default" ; "rope_type": "linear", "factor": 0 ; rope
            "rope_type": "default" ; "rope_type": "default", "partial_rotary_factor": 0.5 ; partial_rotary_factor
            "rms_norm_eps": 1e-05 ; "rms_norm_eps": 0 ; epsilon
            """)
    void whatTrainingDoesNotKnowIsRefused(String present, String instead, String message) {
        String json = MISTRAL_NEMO.replace(present, instead);
        assertThat(json).isNotEqualTo(MISTRAL_NEMO);
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("config.json: ")
                .hasMessageContaining(message);
    }
}
