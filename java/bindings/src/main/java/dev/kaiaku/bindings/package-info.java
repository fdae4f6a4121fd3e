@NullMarked
package dev.kaiaku.bindings;

import org.jspecify.annotations.NullMarked;
