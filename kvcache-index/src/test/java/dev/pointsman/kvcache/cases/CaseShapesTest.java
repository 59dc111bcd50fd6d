// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.cases;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shapes that cases of bytes and of rules come in: each passes as it should, and fails if it says what is not so. */
class CaseShapesTest {
    private static final String BATCH =
            "92cb3ff80000000000009196ab426c6f636b53746f726564920102c098010203040506070804c0";

    @TempDir
    private Path folder;

    private List<Verdict> run(String group, String one) throws IOException {
        Path file = folder.resolve("kvindex.json");
        Files.writeString(file, "{\"" + group + "\":[" + one.replace('\'', '"') + "]}");
        return CaseFile.run(file);
    }

    private void assertKind(Verdict.Kind kind, String group, String one) throws IOException {
        assertThat(run(group, one))
                .singleElement()
                .satisfies(
                        verdict -> assertThat(verdict.kind()).as(verdict.why()).isEqualTo(kind));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'id': 'w', 'accept': [['', '0000000000000001', '90']], 'reject': [['', '01', '90'], ['00']]}",
                "{'id': 'w', 'frames': {'accept': [['', '0000000000000001', '90']], 'reject': [['00']]}}",
                "{'id': 'w', 'frames': [['', '0000000000000001', '90'], ['00']], 'expect': ['accept', 'reject']}",
                "{'id': 'w', 'frames': ['', '0000000000000007', '90'], 'seq': 7}",
                "{'id': 'w', 'payloadHex': '90', 'error': true}",
                "{'id': 'w', 'payloadHex': '90', 'expectError': 'too short'}",
                "{'id': 'w', 'variants': [{'payloadHex': '" + BATCH + "'}], 'expect': {'ts': 1.5}}",
                "{'id': 'w', 'variants': [{'payloadHex': '" + BATCH + "', 'expect': {'ts': 1.5}}]}",
                "{'id': 'w', 'hashes': [{'hex': '000102030405060708', 'expect': '0x0102030405060708'},"
                        + " {'hex': '02', 'expect': 2}, {'hex': '', 'error': true}, {'int': -1, 'expect': -1}]}",
                "{'id': 'w', 'media': {'GPU': 'gpu', 'MARS': 'drop'}}",
            })
    void bytes_pass(String one) throws IOException {
        assertKind(Verdict.Kind.PASSED, "wire", one);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'id': 'w', 'accept': [['', '01', '90']]}",
                "{'id': 'w', 'reject': [['', '0000000000000001', '90']]}",
                "{'id': 'w', 'frames': [['00']], 'expect': ['accept']}",
                "{'id': 'w', 'payloadHex': '" + BATCH + "', 'error': true}",
                "{'id': 'w', 'variants': [{'payloadHex': '" + BATCH + "'}], 'expect': {'ts': 2.5}}",
                "{'id': 'w', 'variants': [{'payloadHex': '" + BATCH + "', 'expect': {'ts': 2.5}}]}",
                "{'id': 'w', 'hashes': [{'hex': '02', 'expect': 3}]}",
                "{'id': 'w', 'media': {'GPU': 'cpu'}}",
            })
    void bytes_fail(String one) throws IOException {
        assertKind(Verdict.Kind.FAILED, "wire", one);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'id': 'n', 'store': {'hashes': [1], 'locality': 'REMOTE'}, 'expect': 'drop'}",
                "{'id': 'n', 'store': {'hashes': [1], 'medium': 'CPU'}, 'expect': {'indexed': [1]}}",
                "{'id': 'n', 'steps': [{'store': 1}, {'remove': 1, 'locality': 'REMOTE', 'effect': 'drop'}]}",
                "{'id': 'n-kinds', 'keep': ['full_attention'], 'drop': ['mamba', {'hash': 1, 'locality': 'REMOTE'}]}",
                "{'id': 'n-locality', 'keep': ['LOCAL', 'local'], 'drop': ['REMOTE']}",
                "{'id': 'n', 'cases': [{'medium': 'GPU', 'tier': 'gpu'}, {'medium': 'MARS', 'tier': 'drop'}]}",
                "{'id': 'n', 'table': {'gpu': ['GPU'], 'drop': ['MARS']}}",
                "{'id': 'n', 'store': {'hashes': [1], 'tokens': [1, 2, 3, 4, 5, 6, 7, 8]}, 'expect': 'drop'}",
                "{'id': 'n-window-only', 'store': {'hashes': [1], 'kind': 'sliding_window',"
                        + " 'tokens': [1, 2, 3, 4, 5, 6, 7, 8]}, 'expect': {'firstToken': 4}}",
                "{'id': 'n', 'engineBlock': 16, 'indexBlock': 64, 'steps': [{'op': 'store', 'ep': 'w0',"
                        + " 'engineKeys': 8, 'tokens': 128}, {'op': 'query', 'tokens': 128, 'expect': {'w0': 2}},"
                        + " {'op': 'remove', 'ep': 'w0', 'hashes': [4]}],"
                        + " 'queries': [{'tokens': 128, 'expect': {'w0': 1}}]}",
                "{'id': 'n', 'engineBlock': 128, 'indexBlock': 64, 'steps': [{'op': 'store', 'ep': 'w0',"
                        + " 'blocks': [[1, 'a'], [2, 'b']]}], 'queries': [{'keys': ['a', 'b'], 'expect': {'w0': 4}},"
                        + " {'keys': ['a', 'c'], 'expect': {'w0': 2}}]}",
                "{'id': 'n', 'indexBlock': 64, 'steps': [{'op': 'store', 'ep': 'a', 'blockSize': 16, 'hashes': [1, 2, 3,"
                        + " 4]}, {'op': 'store', 'ep': 'a', 'blockSize': 16, 'parent': 4, 'hashes': [5, 6, 7, 8]},"
                        + " {'op': 'store', 'ep': 'b', 'blockSize': 32, 'hashes': [1, 2, 3, 4]}],"
                        + " 'queries': [{'tokens': 128, 'expect': {'a': 2, 'b': 2}}]}",
            })
    void rules_pass(String one) throws IOException {
        assertKind(Verdict.Kind.PASSED, "normalize", one);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'id': 'n', 'store': {'hashes': [1], 'locality': 'REMOTE'}, 'expect': {'indexed': [1]}}",
                "{'id': 'n', 'steps': [{'store': 1, 'effect': 'drop'}]}",
                "{'id': 'n-kinds', 'keep': ['mamba']}",
                "{'id': 'n-kinds', 'drop': ['full_attention']}",
                "{'id': 'n', 'cases': [{'medium': 'GPU', 'tier': 'cpu'}]}",
                "{'id': 'n', 'table': {'drop': ['GPU']}}",
                "{'id': 'n', 'engineBlock': 16, 'indexBlock': 64, 'steps': [{'op': 'store', 'ep': 'w0',"
                        + " 'engineKeys': 3, 'tokens': 48}], 'queries': [{'tokens': 128, 'expect': {'w0': 1}}]}",
            })
    void rules_fail(String one) throws IOException {
        assertKind(Verdict.Kind.FAILED, "normalize", one);
    }
}
