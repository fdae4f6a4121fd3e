package dev.kaiaku.chat;

/** Why a reply ended. */
public enum Ending {
    /** The persona had said what it wanted to say. */
    FINISHED,
    /** The longest reply was reached. */
    LENGTH,
    /** A stop word came. */
    STOP_WORD,
    /** The persona began to speak for somebody else; that line is left out. */
    OTHER_SPEAKER,
    /** Somebody cancelled it. */
    CANCELLED,
    /** The time for it was over. */
    TIMED_OUT
}
