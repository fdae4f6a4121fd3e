package dev.kaiaku.eval.tune;

import dev.kaiaku.trainer.samples.Sampler;

/**
 * What a search picked.
 *
 * @param arm how to train
 * @param strength how much of the adapter to apply
 * @param sampling how to draw replies
 */
public record Choice(Arm arm, double strength, Sampler.Settings sampling) {}
