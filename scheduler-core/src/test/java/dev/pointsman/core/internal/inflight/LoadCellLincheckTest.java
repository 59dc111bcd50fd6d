// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.inflight;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * Lets Lincheck interleave what schedulers do to one load cell, step by step, and look for an outcome that no order of whole
 * steps explains. Each model is its own specification: run by one thread it is plain arithmetic.
 *
 * <p>A release takes requests and tokens away one after the other, so that there is one model for each of the two numbers,
 * and one for both without releases. Quick by default; {@code -Dpointsman.stress=true} searches deeper and adds real threads.
 */
public class LoadCellLincheckTest {
    private static final boolean DEEP = Boolean.getBoolean("pointsman.stress");

    @Test
    void decisionsOnRequests_lookLikeOneAfterTheOther() {
        check(OnRequests.class);
    }

    @Test
    void decisionsOnTokens_lookLikeOneAfterTheOther() {
        check(OnTokens.class);
    }

    @Test
    void reservationsAndReaders_lookLikeOneAfterTheOther() {
        check(OnBoth.class);
    }

    private static void check(Class<?> model) {
        new ModelCheckingOptions()
                .threads(DEEP ? 3 : 2)
                .actorsPerThread(3)
                .iterations(DEEP ? 50 : 8)
                .invocationsPerIteration(DEEP ? 2_000 : 300)
                .check(model);
        if (DEEP) {
            new StressOptions()
                    .threads(3)
                    .actorsPerThread(3)
                    .iterations(50)
                    .invocationsPerIteration(5_000)
                    .check(model);
        }
    }

    /** Reads the requests and reserves on what it read, again until nobody came between. */
    private static long decide(LoadCell cell, int tokens) {
        while (true) {
            long version = cell.version();
            long requests = cell.requests();
            if (cell.tryReserve(version, tokens)) {
                return requests;
            }
            Thread.onSpinWait();
        }
    }

    /** Decisions that look at requests, among reservations that look at nothing and endings. */
    public static class OnRequests {
        private final LoadCell cell = new LoadCell(1);

        @Operation
        public long decide() {
            return LoadCellLincheckTest.decide(cell, 1);
        }

        @Operation
        public void reserve() {
            cell.reserve(1);
        }

        @Operation
        public void end() {
            cell.release(1, 0);
        }
    }

    /** The same for tokens, with prompts that have been read. */
    @Param(name = "tokens", gen = IntGen.class, conf = "1:3")
    public static class OnTokens {
        private final LoadCell cell = new LoadCell(1);

        @Operation
        public long decide(@Param(name = "tokens") int tokens) {
            while (true) {
                long version = cell.version();
                long inFlight = cell.tokens();
                if (cell.tryReserve(version, tokens)) {
                    return inFlight;
                }
                Thread.onSpinWait();
            }
        }

        @Operation
        public void reserve(@Param(name = "tokens") int tokens) {
            cell.reserve(tokens);
        }

        @Operation
        public void promptRead(@Param(name = "tokens") int tokens) {
            cell.release(0, tokens);
        }
    }

    /** Whoever reads an even version that stays sees both numbers of all reservations that it counts, and no others. */
    @Param(name = "tokens", gen = IntGen.class, conf = "1:3")
    public static class OnBoth {
        private final LoadCell cell = new LoadCell(1);

        @Operation
        public long decide(@Param(name = "tokens") int tokens) {
            return LoadCellLincheckTest.decide(cell, tokens);
        }

        @Operation
        public void reserve(@Param(name = "tokens") int tokens) {
            cell.reserve(tokens);
        }

        @Operation
        public String read() {
            while (true) {
                long version = cell.version();
                long requests = cell.requests();
                long tokens = cell.tokens();
                if ((version & 1) == 0 && cell.version() == version) {
                    return version / 2 + " reservations: " + requests + " requests, " + tokens + " tokens";
                }
                Thread.onSpinWait();
            }
        }
    }
}
