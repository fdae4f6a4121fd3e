@NullMarked
package dev.kaiaku.model.format;

import org.jspecify.annotations.NullMarked;
