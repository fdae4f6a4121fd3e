/** The {@code kaiaku-train} command: a class per command, wiring, progress and exit codes. */
@NullMarked
package dev.kaiaku.cli;

import org.jspecify.annotations.NullMarked;
