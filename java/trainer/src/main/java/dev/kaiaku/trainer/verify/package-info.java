@NullMarked
package dev.kaiaku.trainer.verify;

import org.jspecify.annotations.NullMarked;
