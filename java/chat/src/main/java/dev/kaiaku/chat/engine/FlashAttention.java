package dev.kaiaku.chat.engine;

/** Whether attention is computed in one pass; {@link #AUTO} leaves it to the engine. */
public enum FlashAttention {
    AUTO,
    ON,
    OFF
}
