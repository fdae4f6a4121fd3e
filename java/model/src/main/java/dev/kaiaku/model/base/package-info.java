@NullMarked
package dev.kaiaku.model.base;

import org.jspecify.annotations.NullMarked;
