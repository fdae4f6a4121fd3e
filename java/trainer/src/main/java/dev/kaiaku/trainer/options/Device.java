package dev.kaiaku.trainer.options;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.kaiaku.bindings.NativeDevice;
import dev.kaiaku.bindings.NativeException;
import dev.kaiaku.dataset.BadInputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a run computes on.
 *
 * @param index of the GPU; 0 for the others
 */
public record Device(Kind kind, int index) {
    /** The first GPU that trains where there is one, else the CPU. */
    public static final Device AUTO = new Device(Kind.AUTO, 0);

    public static final Device CPU = new Device(Kind.CPU, 0);

    private static final Pattern GPU = Pattern.compile("cuda(?::(\\d{1,3}))?");

    /** Sorts of devices. */
    public enum Kind {
        AUTO,
        CPU,
        CUDA
    }

    /**
     * The device that {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N} names.
     *
     * @throws BadInputException for another text
     */
    @JsonCreator
    public static Device parse(String text) {
        Matcher gpu = GPU.matcher(text);
        if (gpu.matches()) {
            return cuda(gpu.group(1) == null ? 0 : Integer.parseInt(gpu.group(1)));
        }
        return switch (text) {
            case "auto" -> AUTO;
            case "cpu" -> CPU;
            default -> throw new BadInputException("--device: \"" + text + "\" is not auto, cpu, cuda or cuda:N");
        };
    }

    public static Device cuda(int index) {
        return new Device(Kind.CUDA, index);
    }

    /**
     * What it comes to on this machine; never {@link #AUTO}.
     *
     * @throws BadInputException where this machine has no such GPU, with the reason
     */
    public Device resolve() {
        if (kind == Kind.AUTO) {
            return NativeDevice.list().stream()
                    .filter(NativeDevice::trains)
                    .findFirst()
                    .map(gpu -> cuda(gpu.index()))
                    .orElse(CPU);
        }
        if (kind == Kind.CUDA) {
            try {
                NativeDevice.get(index);
            } catch (NativeException e) {
                String reason = String.valueOf(e.getMessage()).replaceFirst("^device \\d+: ", "");
                throw new BadInputException("--device " + this + ": " + reason + "; doctor tells more", e);
            }
        }
        return this;
    }

    public boolean gpu() {
        return kind == Kind.CUDA;
    }

    /** As the native library calls it; of a resolved device. */
    public int nativeIndex() {
        return switch (kind) {
            case AUTO -> throw new IllegalStateException("not resolved");
            case CPU -> NativeDevice.CPU;
            case CUDA -> index;
        };
    }

    @Override
    @JsonValue
    public String toString() {
        return switch (kind) {
            case AUTO -> "auto";
            case CPU -> "cpu";
            case CUDA -> "cuda:" + index;
        };
    }
}
