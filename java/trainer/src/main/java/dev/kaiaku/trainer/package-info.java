@NullMarked
package dev.kaiaku.trainer;

import org.jspecify.annotations.NullMarked;
