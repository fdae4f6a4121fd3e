/** What a dataset is made of, for people to look at. */
@NullMarked
package dev.kaiaku.dataset.report;

import org.jspecify.annotations.NullMarked;
