/** Which one is real? People tell a person's replies from those that a machine made. */
@NullMarked
package dev.kaiaku.serve.game;

import org.jspecify.annotations.NullMarked;
