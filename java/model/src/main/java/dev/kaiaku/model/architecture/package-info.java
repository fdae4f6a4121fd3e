/**
 * Families of models and what sets them apart. Another one is a {@code Family} of its own in this folder and a line
 * in {@code Architecture}; nothing else knows family names.
 */
@NullMarked
package dev.kaiaku.model.architecture;

import org.jspecify.annotations.NullMarked;
