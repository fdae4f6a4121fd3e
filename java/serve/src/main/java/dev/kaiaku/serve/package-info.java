/** A persona for other programs and people: an OpenAI-compatible server with a web page, and a Discord bot. */
@NullMarked
package dev.kaiaku.serve;

import org.jspecify.annotations.NullMarked;
