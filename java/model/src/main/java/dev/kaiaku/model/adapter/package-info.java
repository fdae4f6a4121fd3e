@NullMarked
package dev.kaiaku.model.adapter;

import org.jspecify.annotations.NullMarked;
