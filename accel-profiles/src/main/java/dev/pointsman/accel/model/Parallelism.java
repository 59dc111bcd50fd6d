// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model;

/**
 * How one replica of a model is spread over chips. A pipeline of stages, each on {@code tensor} chips; within a stage attention
 * runs as {@code attentionData} groups that each hold other sequences, and experts lie whole on the chips of
 * {@code expert} groups instead of being sliced.
 *
 * <p>Serving engines name these tensor, pipeline and expert parallelism, and data-parallel attention. {@code tensor} is the
 * size of a stage whatever attention does in it.
 *
 * @param tensor chips of one stage; at least 1
 * @param pipeline stages; at least 1
 * @param expert over how many groups of chips whole experts are spread; divides {@code tensor}
 * @param attentionData into how many groups attention is divided; divides {@code tensor}
 */
public record Parallelism(int tensor, int pipeline, int expert, int attentionData) {
    private static final int MOST_CHIPS = 1 << 16;

    /** One chip. */
    public static final Parallelism SINGLE = new Parallelism(1, 1, 1, 1);

    /** Checks the numbers. */
    public Parallelism {
        atLeastOne("tensor", tensor);
        atLeastOne("pipeline", pipeline);
        atLeastOne("expert", expert);
        atLeastOne("attentionData", attentionData);
        divides("expert", expert, tensor);
        divides("attentionData", attentionData, tensor);
    }

    /** Spreads a model over some chips by tensor parallelism alone. */
    public static Parallelism tensor(int chips) {
        return new Parallelism(chips, 1, 1, 1);
    }

    /** Returns the chips of one replica. */
    public int chips() {
        return tensor * pipeline;
    }

    /** Returns the chips over which attention to one sequence is spread, within a stage. */
    public int attentionTensor() {
        return tensor / attentionData;
    }

    /**
     * Checks that a model can be spread like this.
     *
     * @throws IllegalArgumentException if heads, experts or layers cannot be divided so
     */
    public void check(ModelArchitecture architecture) {
        int heads = architecture.attention().heads();
        if (heads % attentionTensor() != 0) {
            throw new IllegalArgumentException("tensor: " + attentionTensor() + " chips cannot share " + heads
                    + " attention heads evenly.\nMaybe use a number of chips that divides " + heads + ".");
        }
        FeedForward.Experts experts = architecture.feedForward().experts();
        if (expert > 1 && experts == null) {
            throw new IllegalArgumentException("expert: must be 1 for a model without experts, but was " + expert
                    + ".\nMaybe leave expert parallelism out.");
        }
        if (experts != null && experts.count() % expert != 0) {
            throw new IllegalArgumentException("expert: " + expert + " groups cannot share " + experts.count()
                    + " experts evenly.\nMaybe use a number of groups that divides " + experts.count() + ".");
        }
        if (pipeline > architecture.layers()) {
            throw new IllegalArgumentException("pipeline: must be at most the " + architecture.layers()
                    + " layers of the model, but was " + pipeline + ".\nMaybe use more tensor parallelism instead.");
        }
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1 || value > MOST_CHIPS) {
            throw new IllegalArgumentException(
                    name + ": must be between 1 and " + MOST_CHIPS + ", but was " + value + ".\nMaybe leave it at 1.");
        }
    }

    private static void divides(String name, int value, int tensor) {
        if (tensor % value != 0) {
            throw new IllegalArgumentException(
                    name + ": must divide the " + tensor + " chips of a stage, but was " + value
                            + ".\nMaybe it was meant as a number of replicas; then leave it at 1 and count them apart.");
        }
    }
}
