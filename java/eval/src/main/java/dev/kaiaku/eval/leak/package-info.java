/** Personal data in what a model says. */
@NullMarked
package dev.kaiaku.eval.leak;

import org.jspecify.annotations.NullMarked;
