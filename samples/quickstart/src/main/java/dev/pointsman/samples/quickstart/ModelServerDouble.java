// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.samples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.pointsman.api.fleet.Endpoint;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Stands in for a model server: it streams chat completions at the pace of a small one, a few requests at a time, and
 * remembers the beginnings of prompts, so that one it has read before starts sooner. No part of the lesson.
 */
final class ModelServerDouble implements AutoCloseable {
    private static final int BATCH = 4;
    private static final int MOST_OUTPUT_TOKENS = 4096;
    private static final int MOST_BLOCKS = 100_000;
    private static final int BYTES_PER_TOKEN = 4;
    private static final int BLOCK_TOKENS = 16;
    private static final long PREFILL_MICROS_PER_TOKEN = 250;
    private static final long DECODE_MICROS_PER_TOKEN = 4000;
    private static final List<String> WORDS = List.of(
            "A",
            "pointsman",
            "sets",
            "the",
            "points,",
            "so",
            "that",
            "each",
            "train",
            "takes",
            "the",
            "right",
            "track.");

    private final String id;
    private final HttpServer server;
    private final Semaphore batch = new Semaphore(BATCH, true);
    private final Set<Long> blocksRead = ConcurrentHashMap.newKeySet();

    ModelServerDouble(String id) throws IOException {
        this.id = id;
        server = ChatHttp.serve(0, this::complete);
    }

    Endpoint endpoint() {
        return Endpoint.of(id, "127.0.0.1:" + server.getAddress().getPort());
    }

    private void complete(HttpExchange exchange) throws IOException {
        JsonNode chat = ChatJson.MAPPER.readTree(exchange.getRequestBody());
        byte[] prompt = chat.path("messages").toString().getBytes(UTF_8);
        int promptTokens = (prompt.length + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
        int wanted = chat.path("max_tokens").asInt(WORDS.size());
        int outputTokens = Math.max(1, Math.min(wanted, MOST_OUTPUT_TOKENS));

        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        boolean running = false;
        try {
            batch.acquire();
            running = true;
            int cached = prefill(prompt, promptTokens);
            for (int i = 0; i < outputTokens; i++) {
                TimeUnit.MICROSECONDS.sleep(DECODE_MICROS_PER_TOKEN);
                String word = WORDS.get(i % WORDS.size());
                event(out, "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + word + " \"}}]}");
            }
            event(
                    out,
                    "{\"choices\":[],\"usage\":{\"prompt_tokens\":" + promptTokens + ",\"completion_tokens\":"
                            + outputTokens + ",\"prompt_tokens_details\":{\"cached_tokens\":" + cached + "}}}");
            event(out, "[DONE]");
        } catch (InterruptedException killed) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(id + " was killed");
        } finally {
            if (running) {
                batch.release();
            }
        }
        exchange.close();
    }

    /** Takes the time of the tokens that are not cached; returns how many are. */
    private int prefill(byte[] prompt, int promptTokens) throws InterruptedException {
        if (blocksRead.size() > MOST_BLOCKS) {
            blocksRead.clear();
        }
        int blockBytes = BLOCK_TOKENS * BYTES_PER_TOKEN;
        int matched = 0;
        boolean matching = true;
        long hash = 0;
        for (int i = 0; i < prompt.length; i++) {
            hash = hash * 0x100000001B3L + prompt[i] + 1;
            if ((i + 1) % blockBytes == 0) {
                matching &= !blocksRead.add(hash);
                matched += matching ? BLOCK_TOKENS : 0;
            }
        }
        TimeUnit.MICROSECONDS.sleep(PREFILL_MICROS_PER_TOKEN * (promptTokens - matched));
        return matched;
    }

    private static void event(OutputStream out, String data) throws IOException {
        out.write(("data: " + data + "\n\n").getBytes(UTF_8));
        out.flush();
    }

    /** Goes away without a word, as a crash does. */
    @Override
    public void close() {
        ChatHttp.stop(server);
    }
}
