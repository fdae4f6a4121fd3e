/** Measures a persona against the person: style, sense, copies, leaks. */
@NullMarked
package dev.kaiaku.eval;

import org.jspecify.annotations.NullMarked;
