package dev.kaiaku.trainer.options;

/** How the learning rate goes on after the warm-up. */
public enum ScheduleShape {
    /** Half a cosine, down to a tenth of the peak. */
    COSINE,
    /** A straight line down to a tenth of the peak. */
    LINEAR,
    /** Stays at the peak. */
    CONSTANT
}
