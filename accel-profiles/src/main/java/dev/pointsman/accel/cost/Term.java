// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

import java.util.List;

/**
 * One part of a step's time: something physical, in seconds, that a coefficient scales. A coefficient of 1 means that the part
 * takes what the data sheet, or the unit given here, says.
 *
 * <p>Where measured operators tell how much slower than the data sheet a part can be, its coefficient stays between bounds.
 * Without them, attention, which grows with the square of a prompt, takes the blame for queues, which grow with prompts, too; that
 * fits prompts as long as those measured, and is far off for longer ones. The bounds are those of published operator tables
 * (AIConfigurator's) over chips and engines: medians of 0.39 to 0.63 of the BF16 peak for attention while a prompt is read, at
 * most 0.9 of its peak for multiplication, and at best all, at worst a third, of the bandwidth for reading caches.
 *
 * @param name the name in the coefficient file
 * @param meaning what it is
 * @param prior the coefficient that is believed before any measurement is seen; between the bounds
 * @param least what it cannot be below; at least 0
 * @param most what it cannot be above; may be infinite
 */
public record Term(String name, String meaning, double prior, double least, double most) {
    private static final double UNBOUNDED = Double.POSITIVE_INFINITY;

    /** What makes up the time of one decode step, and so TPOT. In the order of {@link Terms#decode}. */
    public static final List<Term> DECODE = List.of(
            new Term("weights", "bytes of weights read, expected distinct experts only, over memory bandwidth", 1),
            new Term("kv", "bytes of KV and state read, over memory bandwidth", 1.6, 1, 2.9),
            new Term("arithmetic", "operations on weights, over the peak of their data type", 1.5),
            new Term("attention", "operations of attention, over the BF16 peak", 2, 1, 3),
            new Term("allReduce", "bytes of two ring all-reduces a layer, over the scale-up link", 1),
            new Term("layer", "50 us a layer", 0.8),
            new Term("parallelLayer", "30 us a layer if there is tensor parallelism", 0.5),
            new Term("expertLayer", "50 us a layer with experts", 0.8),
            new Term("expertBatch", "10 us a layer with experts, times log2(1 + batch)", 0.8),
            new Term("request", "30 us a request", 0.5),
            new Term("step", "2 ms", 0.5),
            new Term("interference", "prefill of the other requests, spread over the tokens of an answer", 1.8));

    /** What makes up the time to the first token. In the order of {@link Terms#firstToken}. */
    public static final List<Term> FIRST_TOKEN = List.of(
            new Term("arithmetic", "operations on weights, over the peak of their data type", 2, 1.1, UNBOUNDED),
            new Term("attention", "operations of attention, over the BF16 peak", 2.2, 1.6, 2.6),
            new Term("allReduce", "bytes of two ring all-reduces a layer, over the scale-up link", 1),
            new Term("layer", "300 us a layer and chunk", 0.8),
            new Term("request", "20 ms", 0.5),
            new Term("weights", "bytes of weights read by each chunk, over memory bandwidth", 1),
            new Term("queue", "the first three parts, times log2(concurrency)", 0.3),
            new Term("requestQueue", "5 ms, times log2(concurrency)", 0.5),
            new Term("firstWave", "the first three parts of a twentieth of the other prompts; in a mean only", 1),
            new Term("firstWaveRequest", "5 ms, times log2(concurrency); in a mean only", 0.5),
            new Term("decodeStep", "one token of those that run", 1));

    private Term(String name, String meaning, double prior) {
        this(name, meaning, prior, 0, UNBOUNDED);
    }
}
