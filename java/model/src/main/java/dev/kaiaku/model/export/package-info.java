@NullMarked
package dev.kaiaku.model.export;

import org.jspecify.annotations.NullMarked;
