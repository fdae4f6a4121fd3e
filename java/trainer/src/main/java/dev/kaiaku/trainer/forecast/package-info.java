/** What training a base will take, told without its weights. */
@NullMarked
package dev.kaiaku.trainer.forecast;

import org.jspecify.annotations.NullMarked;
