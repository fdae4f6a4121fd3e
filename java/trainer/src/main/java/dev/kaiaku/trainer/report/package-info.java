/** What a run looks like to people. */
@NullMarked
package dev.kaiaku.trainer.report;

import org.jspecify.annotations.NullMarked;
