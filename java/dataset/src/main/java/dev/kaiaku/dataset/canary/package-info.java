/** Made-up secrets among the samples, to measure what is learned by heart. */
@NullMarked
package dev.kaiaku.dataset.canary;

import org.jspecify.annotations.NullMarked;
