package dev.kaiaku.model.architecture;

/**
 * Rotary position embedding: a base frequency and, for some models, a scaling of the frequencies.
 *
 * @param theta {@code rope_theta}
 */
public record Rope(double theta, Scaling scaling) {

    /** What is done to the frequencies before use. */
    public sealed interface Scaling permits None, Linear, Llama3, Divisors {}

    /** As they are. */
    public record None() implements Scaling {}

    /** Every frequency divided by factor. */
    public record Linear(double factor) implements Scaling {}

    /** Llama 3.1's: long wavelengths divided by factor, short ones kept, a ramp between. */
    public record Llama3(double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalContext)
            implements Scaling {}

    /** Each frequency divided by a number of its own: the {@code rope_freqs} tensor of a GGUF file, [E/2]. */
    public record Divisors(float[] values) implements Scaling {}

    /** What each frequency is divided by, [E/2]. */
    public double[] divisors(int headDim) {
        double[] divisors = new double[headDim / 2];
        for (int i = 0; i < divisors.length; i++) {
            double frequency = Math.pow(theta, -2.0 * i / headDim);
            divisors[i] = divisor(i, frequency);
        }
        return divisors;
    }

    /** Radians per position of each pair, scaling applied, [E/2]. */
    public float[] inverseFrequencies(int headDim) {
        double[] divisors = divisors(headDim);
        float[] frequencies = new float[divisors.length];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) (Math.pow(theta, -2.0 * i / headDim) / divisors[i]);
        }
        return frequencies;
    }

    private double divisor(int i, double frequency) {
        if (scaling instanceof Linear linear) {
            return linear.factor();
        }
        if (scaling instanceof Divisors given) {
            return given.values()[i];
        }
        if (scaling instanceof Llama3 llama3) {
            double wavelength = 2 * Math.PI / frequency;
            if (wavelength < llama3.originalContext() / llama3.highFrequencyFactor()) {
                return 1;
            }
            if (wavelength > llama3.originalContext() / llama3.lowFrequencyFactor()) {
                return llama3.factor();
            }
            double smooth = (llama3.originalContext() / wavelength - llama3.lowFrequencyFactor())
                    / (llama3.highFrequencyFactor() - llama3.lowFrequencyFactor());
            return 1 / ((1 - smooth) / llama3.factor() + smooth);
        }
        return 1;
    }
}
