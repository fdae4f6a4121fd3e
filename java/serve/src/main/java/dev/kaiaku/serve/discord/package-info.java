/** A Discord bot that writes like a persona, and says that it is one. */
@NullMarked
package dev.kaiaku.serve.discord;

import org.jspecify.annotations.NullMarked;
