@NullMarked
package dev.kaiaku.model.safetensors;

import org.jspecify.annotations.NullMarked;
