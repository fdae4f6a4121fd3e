/** What runs a persona's file: one interface, and llama.cpp of 2025 and of today behind it. */
@NullMarked
package dev.kaiaku.chat.engine;

import org.jspecify.annotations.NullMarked;
