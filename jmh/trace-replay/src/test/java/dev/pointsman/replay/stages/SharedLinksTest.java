// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.replay.trace.TraceRequest;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class SharedLinksTest {
    private static final Dispatch DISPATCH = dispatch();

    @Test
    void flowsToOneServer_shareItsLink() {
        SharedLinks links = new SharedLinks(new double[] {100, 100, 100});

        links.start(request(0), 0, 2, 100, 0);
        links.start(request(1), 1, 2, 50, 0);

        // Both at half the speed until the smaller one ends after a second; the larger has 50 bytes left then.
        assertThat(links.nextEnd()).isEqualTo(1_000_000_000);
        assertThat(links.ended(1_000_000_000))
                .extracting(one -> one.trace.index())
                .containsExactly(1L);
        assertThat(links.nextEnd()).isEqualTo(1_500_000_000);
    }

    @Test
    void flowsBetweenOthers_doNotMeet() {
        SharedLinks links = new SharedLinks(new double[] {100, 100, 100, 100});

        links.start(request(0), 0, 2, 100, 0);
        links.start(request(1), 1, 3, 100, 0);

        assertThat(links.ended(1_000_000_000)).hasSize(2);
    }

    @Property(tries = 100)
    void links_areNeverOverUsed_andAllBytesArrive(@ForAll long seed) {
        Random random = new Random(seed);
        double[] bandwidths = {10, 20, 30, 40};
        SharedLinks links = new SharedLinks(bandwidths);
        double bytes = 0;
        int flows = 0;
        int arrived = 0;
        long time = 0;

        for (int i = 0; i < 40; i++) {
            double size = 1 + random.nextInt(50);
            links.start(request(i), random.nextInt(2), 2 + random.nextInt(2), size, time);
            bytes += size;
            flows++;
            for (int server = 0; server < 2; server++) {
                assertThat(links.sending(server)).isLessThanOrEqualTo(bandwidths[server] * (1 + 1e-12));
            }
            while (links.nextEnd() < time + 300_000_000L) {
                time = links.nextEnd();
                arrived += links.ended(time).size();
            }
        }
        while (links.nextEnd() != Long.MAX_VALUE) {
            time = links.nextEnd();
            arrived += links.ended(time).size();
        }

        assertThat(arrived).isEqualTo(flows);
        assertThat(time / 1e9).isGreaterThanOrEqualTo(bytes / 30 - 1e-6);
    }

    private static StagedRequest request(int index) {
        return new StagedRequest(TraceRequest.withoutBlocks(index, 0, 1, 1), DISPATCH, 0, 1, 16);
    }

    private static Dispatch dispatch() {
        Fleet fleet = Fleet.create();
        fleet.join(Endpoint.of("a", "a:80"));
        try (Pointsman pointsman = Pointsman.builder(fleet).build()) {
            return (Dispatch) pointsman.schedule(
                    InferenceRequest.builder("r", "m").text("hello").build());
        }
    }
}
