package dev.kaiaku.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A learning rate above 0, or {@code auto} for 0. */
final class AutoRate implements ITypeConverter<Double> {
    @Override
    public Double convert(String value) {
        if (value.equalsIgnoreCase("auto")) {
            return 0.0;
        }
        try {
            double rate = Double.parseDouble(value);
            if (rate > 0) {
                return rate;
            }
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + value + "' is neither a number nor auto");
        }
        throw new TypeConversionException("'" + value + "' is neither above 0 nor auto");
    }
}
