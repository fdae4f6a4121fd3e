package dev.kaiaku.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number, or {@code auto} for 0. */
final class AutoInt implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String value) {
        try {
            return value.equalsIgnoreCase("auto") ? 0 : Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + value + "' is neither a number nor auto");
        }
    }
}
