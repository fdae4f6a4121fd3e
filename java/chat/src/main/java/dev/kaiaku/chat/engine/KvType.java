package dev.kaiaku.chat.engine;

/** How keys and values of the context are kept; {@link #Q8_0} takes about half the memory of {@link #F16}. */
public enum KvType {
    F32,
    F16,
    Q8_0,
    Q5_1,
    Q5_0,
    Q4_1,
    Q4_0
}
