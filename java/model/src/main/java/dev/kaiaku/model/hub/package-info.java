@NullMarked
package dev.kaiaku.model.hub;

import org.jspecify.annotations.NullMarked;
