@NullMarked
package dev.kaiaku.model;

import org.jspecify.annotations.NullMarked;
