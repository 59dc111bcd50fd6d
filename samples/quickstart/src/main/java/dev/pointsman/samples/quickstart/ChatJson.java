// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.samples.quickstart;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.request.InferenceRequest;
import java.io.IOException;
import java.util.Map;

/** The little that the proxy understands of OpenAI's chat format. */
final class ChatJson {
    static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ChatJson() {}

    /**
     * Reads what the scheduler needs to know of a request: its model, and its messages as text. Messages that begin alike make
     * texts that begin alike, which is all that looking for a cached prefix takes.
     *
     * @throws IllegalArgumentException if it is no chat request
     */
    static InferenceRequest request(String id, byte[] body) {
        JsonNode chat;
        try {
            chat = MAPPER.readTree(body);
        } catch (IOException malformed) {
            throw new IllegalArgumentException("the body must be a JSON object", malformed);
        }
        if (!chat.path("model").isTextual() || !chat.path("messages").isArray()) {
            throw new IllegalArgumentException("the body must have a model (text) and messages (a list)");
        }
        return InferenceRequest.builder(id, chat.get("model").asText())
                .text(chat.get("messages").toString())
                .build();
    }

    /** Writes an error as OpenAI does. */
    static byte[] error(int status, String message) throws IOException {
        return MAPPER.writeValueAsBytes(Map.of("error", Map.of("message", message, "code", status)));
    }

    /** What a line of a streamed answer means to the scheduler. */
    enum Event {
        /** The first piece of text. */
        FIRST_TOKEN,
        /** A further piece of text; engines send one for each token. */
        TOKEN,
        /** Anything else. */
        OTHER
    }

    /** Follows a streamed answer. */
    static final class Progress {
        private static final String DATA = "data:";

        private boolean started;
        private Usage usage = Usage.UNKNOWN;

        Event read(String line) {
            JsonNode chunk = chunk(line);
            JsonNode used = chunk.path("usage");
            if (used.isObject()) {
                usage = new Usage(
                        used.path("prompt_tokens").asInt(-1),
                        used.at("/prompt_tokens_details/cached_tokens").asInt(-1),
                        used.path("completion_tokens").asInt(-1));
            }
            if (chunk.at("/choices/0/delta/content").asText("").isEmpty()) {
                return Event.OTHER;
            }
            boolean first = !started;
            started = true;
            return first ? Event.FIRST_TOKEN : Event.TOKEN;
        }

        /** Returns what the engine said it used; engines say so if the caller sets stream_options.include_usage. */
        Usage usage() {
            return usage;
        }

        private static JsonNode chunk(String line) {
            try {
                return line.startsWith(DATA)
                        ? MAPPER.readTree(line.substring(DATA.length()))
                        : MissingNode.getInstance();
            } catch (JsonProcessingException unusual) {
                return MissingNode.getInstance(); // Such as [DONE]; it is passed on all the same.
            }
        }
    }
}
