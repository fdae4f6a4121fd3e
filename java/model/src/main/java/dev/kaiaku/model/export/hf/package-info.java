@NullMarked
package dev.kaiaku.model.export.hf;

import org.jspecify.annotations.NullMarked;
