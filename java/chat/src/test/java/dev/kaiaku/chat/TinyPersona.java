package dev.kaiaku.chat;

import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.model.export.MergedModel;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.export.SamplingInfo;
import dev.kaiaku.model.export.gguf.GgufExport;
import dev.kaiaku.model.export.gguf.QuantType;
import java.nio.file.Path;

/** A persona with random weights: it babbles, always the same unless it is told to draw. */
public final class TinyPersona {
    /** Always the likeliest token: a random draw may end a reply before its first word. */
    private static final SamplingInfo LIKELIEST = new SamplingInfo(0, 1, 0);

    private TinyPersona() {}

    /** Writes a base to {@code folder} and the persona to {@code gguf}, which is returned. */
    public static Path write(Path folder, Path gguf) {
        return write(folder, gguf, Architecture.LLAMA, QuantType.F16);
    }

    static Path write(Path folder, Path gguf, Architecture architecture, QuantType type) {
        return write(folder, gguf, TinySpec.defaults(architecture), type);
    }

    static Path write(Path folder, Path gguf, TinySpec spec, QuantType type) {
        TinyBase.write(folder, spec);
        try (BaseModel base = BaseModels.open(folder)) {
            PersonaInfo persona = new PersonaInfo("ana", null, base.chatFormat(), LIKELIEST);
            GgufExport.write(new MergedModel(base, null, 1), persona, type, gguf, Progress.NONE);
        }
        return gguf;
    }
}
