/** What WhatsApp exports. */
@NullMarked
package dev.kaiaku.dataset.whatsapp;

import org.jspecify.annotations.NullMarked;
