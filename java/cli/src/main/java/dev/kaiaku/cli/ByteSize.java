package dev.kaiaku.cli;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Bytes: {@code 6GiB}, {@code 6G}, {@code 800MiB}, {@code 800000000}; {@code auto} for 0. */
final class ByteSize implements ITypeConverter<Long> {
    @Override
    public Long convert(String value) {
        if (value.equalsIgnoreCase("auto")) {
            return 0L;
        }
        String text = value.strip().toLowerCase(Locale.ROOT).replaceFirst("(ib|b)$", "");
        int shift = switch (text.isEmpty() ? ' ' : text.charAt(text.length() - 1)) {
            case 'k' -> 10;
            case 'm' -> 20;
            case 'g' -> 30;
            case 't' -> 40;
            default -> 0;
        };
        try {
            double number = Double.parseDouble(shift == 0 ? text : text.substring(0, text.length() - 1));
            if (number > 0 && number * (1L << shift) < Long.MAX_VALUE) {
                return (long) (number * (1L << shift));
            }
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + value + "' is not a size such as 6GiB");
        }
        throw new TypeConversionException("'" + value + "' is not a size such as 6GiB");
    }
}
