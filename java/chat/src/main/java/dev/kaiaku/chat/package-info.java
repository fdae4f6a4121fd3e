/** Talk to an exported persona from a Java program: open a file, get a chat, say something, stream the reply. */
@NullMarked
package dev.kaiaku.chat;

import org.jspecify.annotations.NullMarked;
