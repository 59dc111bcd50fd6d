// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.event.wire.KvEventFormatException;
import dev.pointsman.kvcache.event.wire.WireForm;
import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.workload.SharedPrefixWorkload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** That the benchmarks measure what they say. */
final class IndexBenchmarksTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void population_hasPromptsOfItsShape(LookupShape shape) {
        LookupPopulation population = new LookupPopulation(shape, 32);
        PrefixMatches matches = new PrefixMatches();

        for (long[] prompt : population.prompts) {
            population.index.match(prompt, prompt.length, matches);

            assertThat(prompt).hasSize(shape.depth());
            assertThat(matches.longest()).isEqualTo(shape.depth());
            assertThat(matches.size()).isEqualTo(shape.commonBlocks() > 0 ? shape.endpoints() : shape.holders());
            int whole = 0;
            for (int i = 0; i < matches.size(); i++) {
                whole += matches.blocks(matches.slot(i)) == shape.depth() ? 1 : 0;
            }
            assertThat(whole).isEqualTo(shape.holders());
        }
        assertThat(Arrays.stream(population.prompts).map(Arrays::hashCode).distinct())
                .hasSize(32);
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 1})
    void ingestedMessages_goRoundWithoutADrop(int blocksPerStore) throws KvEventFormatException {
        EventIngestBenchmark benchmark = new EventIngestBenchmark();
        benchmark.form = WireForm.VLLM_MAP;
        benchmark.blocksPerStore = blocksPerStore;
        EventIngestBenchmark.Counted counted = new EventIngestBenchmark.Counted();

        benchmark.prepare();
        for (int i = 0; i < 5_000; i++) {
            assertThat(benchmark.apply(counted)).isEqualTo(blocksPerStore + 1);
        }

        benchmark.check();
        assertThat(counted.blocks).isEqualTo(5_000L * blocksPerStore);
    }

    @Test
    void index_afterTheEventsOfAFleet_hasWhatItsEnginesHold() throws IOException {
        Trace trace = Trace.load(SharedPrefixWorkload.multiTenant());
        for (boolean ownNames : new boolean[] {false, true}) {
            IndexCorpus corpus = MockFleet.replay(trace, new CorpusSettings(8, 2_000, 128, 2, ownNames, 5));
            RadixPrefixIndex index = RadixPrefixIndex.builder().build();
            EventReplay replay = new EventReplay(corpus, index);
            EventThread events = new EventThread(corpus, replay, new AtomicInteger());

            events.applyUntil(corpus.operations());

            assertThat(events.applied()).isEqualTo(corpus.totals().writeOperations());
            replay.verify();
        }
    }

    @Test
    void memoryProgram_reportsEveryCombination() throws IOException {
        Path json = folder.resolve("memory.json");

        int status = new CommandLine(new IndexMemory())
                .execute("--holder-blocks", "20000", "--holes", "0,0.1", "--json", json.toString());

        assertThat(status).isZero();
        assertThat(Files.readAllLines(json, StandardCharsets.UTF_8))
                .hasSize(12)
                .allMatch(line -> Integer.parseInt(figure(line, "holderBlocks")) >= 19_500)
                .anyMatch(line -> figure(line, "sharing").equals("10")
                        && figure(line, "runLength").equals("4")
                        && figure(line, "distinctBlocks").equals("2016")
                        && figure(line, "holderBlocks").equals("20160"));
    }

    private static String figure(String line, String name) {
        int start = line.indexOf('"' + name + "\":") + name.length() + 3;
        return line.substring(start, line.indexOf(',', start));
    }
}
