// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.hash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.dynatrace.hash4j.hashing.Hashing;
import dev.pointsman.kvcache.ByteSource;
import dev.pointsman.kvcache.TokenSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LlmdRouterHasherTest {
    @Test
    void hashes_areTheRouters() {
        // Computed by another implementation of XXH64: model m, no salt, tokens 1 to 128.
        int[] tokens = IntStream.rangeClosed(1, 128).toArray();

        assertThat(hashes(new LlmdRouterHasher(64), tokens)).containsExactly(0xe5a7cf657f82cb5bL, 0x0eb77b4d2a83db16L);
    }

    @Test
    void root_runsModelAndSaltTogether() {
        LlmdRouterHasher hasher = new LlmdRouterHasher(64);

        assertThat(hasher.root("m", "salt")).isEqualTo(Hashing.xxh64().hashBytesToLong("msalt".getBytes(UTF_8)));
        assertThat(hasher.root("m", null)).isEqualTo(hasher.root("m", ""));
    }

    @Property(tries = 200)
    void eachHash_isOfItsContentAndItsParent(
            @ForAll @Size(max = 700) int[] tokens, @ForAll @IntRange(min = 1, max = 300) int blockSize) {
        LlmdRouterHasher hasher = new LlmdRouterHasher(blockSize);
        long root = hasher.root("m", null);

        long[] hashes = hashes(hasher, tokens);

        assertThat(hashes).hasSize((tokens.length + blockSize - 1) / blockSize);
        long parent = root;
        for (int i = 0; i < hashes.length; i++) {
            int[] block = Arrays.copyOfRange(tokens, i * blockSize, Math.min(tokens.length, (i + 1) * blockSize));
            long content = Hashing.xxh64().hashBytesToLong(bytes(block));
            assertThat(hashes[i])
                    .isEqualTo(Hashing.xxh64()
                            .hashBytesToLong(ByteBuffer.allocate(16)
                                    .order(ByteOrder.LITTLE_ENDIAN)
                                    .putLong(content)
                                    .putLong(parent)
                                    .array()));
            parent = hashes[i];
        }
    }

    @Property(tries = 200)
    void text_isTokensOfFourBytes_theLastPaddedByZeros(
            @ForAll @Size(max = 1500) byte[] text, @ForAll @IntRange(min = 1, max = 100) int blockSize) {
        LlmdRouterHasher hasher = new LlmdRouterHasher(blockSize);
        int[] tokens = new int[(text.length + 3) / 4];
        ByteBuffer.wrap(Arrays.copyOf(text, 4 * tokens.length))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer()
                .get(tokens);

        long[] ofText = new long[hasher.blocksOfText(text.length)];
        hasher.hashText(ByteSource.of(text), hasher.root("m", null), ofText, ofText.length);

        assertThat(ofText).isEqualTo(hashes(hasher, tokens));
    }

    private static long[] hashes(LlmdRouterHasher hasher, int[] tokens) {
        long[] hashes = new long[hasher.blocksOfTokens(tokens.length)];
        hasher.hashTokens(TokenSource.of(tokens), hasher.root("m", null), hashes, hashes.length);
        return hashes;
    }

    private static byte[] bytes(int[] tokens) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * tokens.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(tokens);
        return bytes.array();
    }
}
