// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import dev.pointsman.replay.workload.Arrivals;
import dev.pointsman.replay.workload.RateStage;
import dev.pointsman.replay.workload.SharedPrefixWorkload;
import dev.pointsman.replay.workload.TokenRange;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a made-up trace is to be like; everything not given is as in the built-in workload. */
final class WorkloadOptions {
    @Option(names = "--groups", paramLabel = "N", description = "Tenants, each with a system prompt.")
    private @Nullable Integer groups;

    @Option(names = "--prompts", paramLabel = "N", description = "Different prompts of each tenant.")
    private @Nullable Integer prompts;

    @Option(names = "--common-tokens", paramLabel = "TOKENS", description = "Preamble of all prompts.")
    private @Nullable Integer commonTokens;

    @Option(names = "--system-tokens", paramLabel = "RANGE", description = "System prompts, such as 6000 or 2000-8000.")
    private @Nullable String systemTokens;

    @Option(names = "--question-tokens", paramLabel = "RANGE", description = "Prompts' own parts.")
    private @Nullable String questionTokens;

    @Option(names = "--output-tokens", paramLabel = "RANGE", description = "Answers.")
    private @Nullable String outputTokens;

    @Option(names = "--skew", paramLabel = "S", description = "How uneven tenants are: 0 evenly, 1 Zipf's law.")
    private @Nullable Double skew;

    @Option(
            names = "--stages",
            paramLabel = "LADDER",
            description = "Requests a second / seconds, stage after stage, such as 3/20,10/20.")
    private @Nullable String stages;

    @Option(names = "--constant", description = "Equal gaps instead of Poisson arrivals.")
    private boolean constant;

    @Option(names = "--block-tokens", paramLabel = "TOKENS", description = "Tokens in a block.")
    private @Nullable Integer blockTokens;

    @Option(names = "--seed", paramLabel = "SEED", description = "What the draws depend on.")
    private @Nullable Long seed;

    SharedPrefixWorkload workload() {
        SharedPrefixWorkload base = SharedPrefixWorkload.multiTenant();
        return new SharedPrefixWorkload(
                base.name(),
                orElse(groups, base.groups()),
                orElse(prompts, base.promptsPerGroup()),
                orElse(commonTokens, base.commonTokens()),
                range(systemTokens, base.systemTokens()),
                range(questionTokens, base.questionTokens()),
                range(outputTokens, base.outputTokens()),
                orElse(skew, base.skew()),
                constant ? Arrivals.CONSTANT : base.arrivals(),
                ladder(stages, base.stages()),
                orElse(blockTokens, base.blockTokens()),
                orElse(seed, base.seed()));
    }

    private static <T> T orElse(@Nullable T given, T otherwise) {
        return given == null ? otherwise : given;
    }

    private static TokenRange range(@Nullable String given, TokenRange otherwise) {
        return given == null ? otherwise : TokenRange.parse(given);
    }

    private static List<RateStage> ladder(@Nullable String given, List<RateStage> otherwise) {
        return given == null ? otherwise : RateStage.parseLadder(given);
    }
}
