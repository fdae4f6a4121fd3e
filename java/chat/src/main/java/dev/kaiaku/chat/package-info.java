@NullMarked
package dev.kaiaku.chat;

import org.jspecify.annotations.NullMarked;
