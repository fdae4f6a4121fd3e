package dev.kaiaku.cli;

import java.util.Arrays;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What can be exported. */
enum ExportForm {
    /** One file with everything, for llama.cpp and what is built on it. */
    GGUF("gguf"),
    /** The adapter alone, for llama.cpp. */
    GGUF_LORA("gguf-lora"),
    /** Merged weights, for transformers and what is built on it. */
    SAFETENSORS("safetensors"),
    /** The adapter alone, for PEFT. */
    PEFT("peft"),
    /** A GGUF file and how to run it, for Ollama. */
    OLLAMA("ollama");

    private final String option;

    ExportForm(String option) {
        this.option = option;
    }

    /** Whether it holds merged weights. */
    boolean merged() {
        return this == GGUF || this == SAFETENSORS || this == OLLAMA;
    }

    /** Whether the files are GGUF files with merged weights. */
    boolean quantised() {
        return this == GGUF || this == OLLAMA;
    }

    @Override
    public String toString() {
        return option;
    }

    /** Takes the names as people write them. */
    static final class Converter implements ITypeConverter<ExportForm> {
        @Override
        public ExportForm convert(String text) {
            return Arrays.stream(values())
                    .filter(form -> form.option.equalsIgnoreCase(text))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(
                            "expected one of " + Arrays.toString(values()) + " but was '" + text + "'"));
        }
    }
}
