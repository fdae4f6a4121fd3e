package dev.kaiaku.trainer;

import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import java.nio.file.Path;

/** A process that trains until it is done or killed: base, data, run. */
final class ResumeProgram {
    private ResumeProgram() {}

    static TrainOptions options() {
        return TrainOptions.builder()
                .rank(4)
                .lr(5e-3)
                .dropout(0.1)
                .batchTokens(150)
                .maxSteps(60)
                .evalEvery(3)
                .patience(0)
                .threads(1)
                .seed(7)
                .build();
    }

    public static void main(String[] args) {
        try (BaseModel base = BaseModels.open(Path.of(args[0]))) {
            System.out.println("ready");
            Trainer.resume(base, Path.of(args[1]), Path.of(args[2]), options(), TrainListener.SILENT, new StopSignal());
        }
    }
}
