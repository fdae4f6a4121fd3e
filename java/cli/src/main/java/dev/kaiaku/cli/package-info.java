@NullMarked
package dev.kaiaku.cli;

import org.jspecify.annotations.NullMarked;
