@NullMarked
package dev.kaiaku.dataset;

import org.jspecify.annotations.NullMarked;
