package dev.kaiaku.cli;

/** Words that several commands say of {@code --base}. */
final class BaseOption {
    static final String DESCRIPTION =
            "Base model: a name of `models list`, a hub id, a Hugging Face directory or a GGUF file.";

    private BaseOption() {}
}
