// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

import dev.pointsman.replay.stats.LongSamples;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts what happens in one replay of stages. */
final class StageCounts {
    private final StageSettings settings;
    private final LongSamples ttftMicros = new LongSamples();
    private final LongSamples tpotMicros = new LongSamples();
    private final LongSamples totalMicros = new LongSamples();
    private long requests;
    private long rejected;
    private long tooLong;
    private long remote;
    private long completed;
    private long readAgain;
    private long ttftInTime;
    private long inTime;
    private long inputTokens;
    private long cachedTokens;
    private long outputTokens;
    private long decodeNanos;
    private double movedBytes;

    StageCounts(StageSettings settings) {
        this.settings = settings;
    }

    void rejected() {
        requests++;
        rejected++;
    }

    void tooLong() {
        requests++;
        tooLong++;
    }

    void placed(StagedRequest request) {
        requests++;
        if (request.remote()) {
            remote++;
        }
    }

    /** Returns how many are placed and not ended. */
    long underWay() {
        return requests - rejected - tooLong - completed;
    }

    void readAgain() {
        readAgain++;
    }

    void moved(double bytes) {
        movedBytes += bytes;
    }

    void ended(StagedRequest request, long now) {
        completed++;
        long ttft = request.firstToken - request.trace.arrivalNanos();
        ttftMicros.add(ttft / 1000);
        totalMicros.add((now - request.trace.arrivalNanos()) / 1000);
        decodeNanos += now - request.firstToken;
        long tpot = 0;
        if (request.outputTokens() > 1) {
            tpot = (now - request.firstToken) / (request.outputTokens() - 1);
            tpotMicros.add(tpot / 1000);
        }
        if (ttft <= settings.ttftNanos()) {
            ttftInTime++;
            if (tpot <= settings.tpotNanos()) {
                inTime++;
            }
        }
        inputTokens += request.trace.inputTokens();
        cachedTokens += request.cachedTokens;
        outputTokens += request.outputTokens();
    }

    StageResult result(
            String policy, StageFleet fleet, List<SimulatedServer> servers, long latestArrival, long latestEnd) {
        Map<String, List<SimulatedServer>> byPool = new LinkedHashMap<>();
        for (SimulatedServer server : servers) {
            byPool.computeIfAbsent(server.kind.name(), name -> new ArrayList<>())
                    .add(server);
        }
        List<StageResult.Pool> pools = new ArrayList<>();
        byPool.forEach((name, members) -> pools.add(new StageResult.Pool(
                name,
                members.size(),
                members.stream().mapToLong(SimulatedServer::busyNanos).average().orElse(0) / Math.max(1, latestEnd),
                members.stream()
                        .mapToDouble(server -> (double) server.memory.peak() / server.memory.capacity())
                        .max()
                        .orElse(0),
                members.stream().mapToLong(SimulatedServer::readNewTokens).sum())));
        return new StageResult(
                policy,
                fleet.toString(),
                requests,
                rejected,
                tooLong,
                completed,
                remote,
                readAgain,
                ttftMicros.summarize(),
                tpotMicros.summarize(),
                totalMicros.summarize(),
                ttftInTime,
                inTime,
                inputTokens,
                cachedTokens,
                outputTokens,
                decodeNanos / 1000,
                movedBytes,
                latestArrival / 1000,
                latestEnd / 1000,
                pools);
    }
}
