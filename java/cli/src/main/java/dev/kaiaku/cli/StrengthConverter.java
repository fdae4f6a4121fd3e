package dev.kaiaku.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How much of an adapter to apply, or {@code auto}. */
final class StrengthConverter implements ITypeConverter<Double> {
    /** Stands for {@code auto}. */
    static final double AUTO = Double.NaN;

    @Override
    public Double convert(String value) {
        if (value.equalsIgnoreCase("auto")) {
            return AUTO;
        }
        try {
            double strength = Double.parseDouble(value);
            if (Double.isFinite(strength)) {
                return strength;
            }
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + value + "' is neither a number nor auto");
        }
        throw new TypeConversionException("'" + value + "' is neither a number nor auto");
    }
}
