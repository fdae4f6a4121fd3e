package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.trainer.memory.FreeMemory;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.WeightsForm;
import java.nio.file.Path;

/** Prints the bytes that a process held before it loaded a base, the most while it did, and those of the weights. */
final class LoadProgram {
    private LoadProgram() {}

    /** Arguments: a small base to warm up with, the base, the form of its weights. */
    public static void main(String[] args) {
        WeightsForm weights = WeightsForm.valueOf(args[2]);
        load(args[0], weights);
        long before = FreeMemory.residentBytes();
        long held = load(args[1], weights);
        System.out.println(before + " " + FreeMemory.peakBytes() + " " + held);
    }

    private static long load(String folder, WeightsForm weights) {
        try (BaseModel base = BaseModels.open(Path.of(folder));
                NativeModel model = BaseLoader.load(base, weights, Device.CPU, Progress.NONE)) {
            return model.memory();
        }
    }
}
