package dev.kaiaku.cli;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.trainer.options.Device;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}. */
final class DeviceConverter implements ITypeConverter<Device> {
    static final String DESCRIPTION = "auto, cpu, cuda or cuda:N (default: auto, the first GPU where there is one).";

    @Override
    public Device convert(String value) {
        try {
            return Device.parse(value);
        } catch (BadInputException e) {
            throw new TypeConversionException("'" + value + "' is not auto, cpu, cuda or cuda:N");
        }
    }
}
