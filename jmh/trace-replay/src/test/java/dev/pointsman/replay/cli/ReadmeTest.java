// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.replay.run.TraceFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README names the fields that the program prints: all of them, and no others. */
final class ReadmeTest {
    private static final Pattern NAME = Pattern.compile("`([a-zA-Z0-9]+)`");
    private static final Set<String> VALUES = Set.of("queueing");

    @TempDir
    Path directory;

    private String trace = "";
    private String section = "";

    @BeforeEach
    void read() throws IOException {
        Path file = directory.resolve("t.jsonl");
        Files.writeString(file, """
                {"timestamp": 0, "input_length": 1000, "output_length": 3, "hash_ids": [1, 2]}
                {"timestamp": 9, "input_length": 1000, "output_length": 5, "hash_ids": [1, 2]}
                """);
        trace = file.toString();
        Path readme = Path.of(System.getProperty("pointsman.root")).resolve("jmh/trace-replay/README.md");
        section = between(Files.readString(readme).replaceAll("\\s+", " "), "## JSON ", " ## Trace formats");
    }

    @Test
    void quantileObject_hasTheFieldsThatTheReadmeNames() throws IOException {
        Run run = Run.of("inspect", trace, "--json");

        assertThat(names(between(section, "A quantile object has", ";")))
                .isEqualTo(run.object("inputTokens").keySet());
    }

    @Test
    void hits_hasTheFieldsThatTheReadmeNames() throws IOException {
        Run run = Run.of("hits", trace, "--policy=round_robin", "--endpoints=2", "--capacity-tokens=inf", "--json");

        assertThat(run.json().keySet()).isEqualTo(names(between(section, "**`hits`**:", "**`queue`**:")));
    }

    @Test
    void queue_hasTheFieldsThatTheReadmeNames() throws IOException {
        Run run = Run.of(
                "queue",
                trace,
                "--policy=min_eta",
                "--endpoints=2",
                "--capacity-tokens=inf",
                "--fixed-micros=1",
                "--micros-per-token=2",
                "--json");
        Set<String> expected = names(between(section, "**`hits`**:", "**`inspect`**:"));
        expected.remove("queue");

        assertThat(run.json().keySet()).isEqualTo(expected);
    }

    @Test
    void inspect_hasTheFieldsThatTheReadmeNames() throws IOException {
        Run run = Run.of("inspect", trace, "--json");
        String all = between(section, "**`inspect`**:", "**`compare`**:");
        String arrivals = between(all, "`arrivals` with", "`reuse`");
        String reuse = between(all, "`reuse`,", "(first blocks");
        Set<String> top = names(all.substring(0, all.indexOf("`arrivals`")));
        top.addAll(Set.of("arrivals", "reuse"));

        assertThat(run.json().keySet()).isEqualTo(top);
        assertThat(run.object("arrivals").keySet()).isEqualTo(names(arrivals));
        assertThat(run.object("reuse").keySet()).isEqualTo(names(reuse));
        assertThat(quantileObjects(run.json())).isEqualTo(Set.of("inputTokens", "outputTokens", "blocksPerRequest"));
        assertThat(quantileObjects(run.object("arrivals"))).isEqualTo(Set.of("gapNanos", "perMinute"));
        assertThat(quantileObjects(run.object("reuse"))).isEqualTo(Set.of("matchedRun", "reuseGapNanos"));
    }

    @Test
    void stages_hasTheFieldsThatTheReadmeNames() throws IOException {
        Run run = Run.of(
                "stages", trace, "--model=llama-3.1-8b", "--fleet=1xdecode/h100-sxm/tp1", "--policies=local", "--json");

        assertThat(fields(run.json())).isEqualTo(names(between(section, "**`stages`**:", "**`plan`**:")));
    }

    @Test
    void plan_hasTheFieldsThatTheReadmeNames() throws IOException {
        Run run = plan("--traffic=2:500:20", "--slo=ttft=1s,tpot=50ms", "--verify");
        Run infeasible = plan("--traffic=2:500:20", "--slo=ttft=1ms,tpot=50ms");
        Run traced = plan("--trace=" + trace, "--slo=ttft=1s,tpot=50ms");
        Map<String, Object> json = run.json();
        json.replace("verified", Map.of("trace", "", "ttftHolds", true, "tpotHolds", true));
        Set<String> all = fields(json);
        all.addAll(fields(infeasible.json()));
        all.addAll(fields(traced.json()));

        assertThat(run.object("verified")).containsKeys("trace", "ttftHolds", "tpotHolds", "readAgain");
        assertThat(all).isEqualTo(names(between(section, "**`plan`**:", "**`which`**:")));
    }

    @Test
    void which_hasTheFieldsThatTheReadmeNames() throws IOException {
        Run run = Run.of("which", "deepseek-r1", "--accelerators=b200-sxm,l4", "--out=" + directory, "--json");

        assertThat(fields(run.json())).isEqualTo(names(between(section, "**`which`**:", "**`compare`**:")));
    }

    private Run plan(String... more) {
        List<String> all = new ArrayList<>(List.of("plan", "--model=llama-3.1-8b", "--json"));
        all.addAll(
                List.of("--accelerators=h100-sxm,h200-sxm", "--available=h100-sxm=0", "--tp=1", "--out=" + directory));
        all.addAll(List.of(more));
        return Run.of(all.toArray(new String[0]));
    }

    /** Returns the names of all fields, of objects in objects as well, but for quantile objects. */
    private static Set<String> fields(Object json) {
        Set<String> all = new TreeSet<>();
        if (json instanceof List<?> list) {
            list.forEach(one -> all.addAll(fields(one)));
        } else if (json instanceof Map<?, ?> map && !map.containsKey("p999")) {
            map.forEach((name, value) -> {
                all.add((String) name);
                all.addAll(fields(value));
            });
        }
        return all;
    }

    private static Set<String> quantileObjects(Map<String, Object> object) {
        return object.entrySet().stream()
                .filter(field -> field.getValue() instanceof Map)
                .filter(field -> TraceFacts.map(object, field.getKey()).containsKey("p999"))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private static Set<String> names(String text) {
        Set<String> names = NAME.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        names.removeAll(VALUES);
        return names;
    }

    private static String between(String text, String from, String to) {
        assertThat(text).contains(from);
        String rest = text.substring(text.indexOf(from) + from.length());
        assertThat(rest).contains(to);
        return rest.substring(0, rest.indexOf(to));
    }
}
