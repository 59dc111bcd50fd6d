// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.samples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.SchedulingOutcome;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.Profile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A streaming reverse proxy for OpenAI-style chat requests with the scheduler embedded: all that a host does for it is in this
 * file. It turns each body into an {@link InferenceRequest}, sends the body where the {@link Dispatch} says, reports progress,
 * and sees to it that every dispatch ends.
 */
public final class Quickstart implements AutoCloseable {
    static final int MAX_BODY_BYTES = 1 << 20;

    private final HttpClient engines = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final AtomicLong received = new AtomicLong();
    private final Pointsman pointsman;
    private final HttpServer server;

    /** Starts the proxy on a port of this machine; 0 for any. */
    Quickstart(Pointsman pointsman, int port) throws IOException {
        this.pointsman = pointsman;
        server = ChatHttp.serve(port, this::handle);
    }

    /** Prefers endpoints that have read the beginning of the prompt before, and idle ones; needs no metrics of the engines. */
    static Pointsman.Builder scheduler(Fleet fleet) {
        return Pointsman.builder(fleet)
                .profile(Profile.builder("chat")
                        .scorer("prefix-cache-scorer", 2)
                        .scorer("active-request-scorer", 1)
                        .build());
    }

    private void handle(HttpExchange caller) throws IOException {
        byte[] body = caller.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) {
            ChatHttp.refuse(caller, 413, "the body must not have more than " + MAX_BODY_BYTES + " bytes");
            return;
        }
        InferenceRequest request;
        try {
            request = ChatJson.request("chat-" + received.incrementAndGet(), body);
        } catch (IllegalArgumentException malformed) {
            ChatHttp.refuse(caller, 400, String.valueOf(malformed.getMessage()));
            return;
        }

        SchedulingOutcome outcome = pointsman.schedule(request);
        if (outcome instanceof Rejection rejection) {
            ChatHttp.retryAfter(caller, rejection.retryAfter());
            ChatHttp.refuse(caller, rejection.reason().httpStatus(), rejection.detail());
        } else if (outcome instanceof Dispatch dispatch) {
            try (dispatch) { // Whatever goes wrong below, it ends: closing a dispatch that is under way cancels it.
                HttpResponse<InputStream> response = send(body, dispatch);
                if (response != null) {
                    relay(response, caller, dispatch);
                } else {
                    dispatch.failed("no endpoint answered");
                    ChatHttp.refuse(caller, 502, "no endpoint answered");
                }
            }
        }
    }

    /** Sends to the target and, as long as nobody answers, to one fallback after the other; null if none is left. */
    private @Nullable HttpResponse<InputStream> send(byte[] body, Dispatch dispatch) throws IOException {
        Optional<Endpoint> target = Optional.of(dispatch.target());
        while (target.isPresent()) {
            try {
                dispatch.sent();
                HttpResponse<InputStream> response =
                        engines.send(toEngine(target.get(), body, dispatch), HttpResponse.BodyHandlers.ofInputStream());
                if (response.statusCode() < 500) {
                    return response;
                }
                response.body().close();
            } catch (InterruptedException closing) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("the proxy is closing");
            } catch (IOException unreachable) {
                // Nothing of an answer has reached the caller yet, so another endpoint can still give it.
            }
            target = dispatch.failover();
        }
        return null;
    }

    private static HttpRequest toEngine(Endpoint endpoint, byte[] body, Dispatch dispatch) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + endpoint.address() + ChatHttp.PATH))
                .timeout(Duration.ofMinutes(5))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        dispatch.decision().headers().forEach(request::setHeader);
        return request.build();
    }

    /** Passes the answer on, line by line. If either side breaks off, closing the stream makes the engine stop. */
    private static void relay(HttpResponse<InputStream> response, HttpExchange caller, Dispatch dispatch)
            throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), UTF_8))) {
            OutputStream out = ChatHttp.begin(caller, response);
            ChatJson.Progress progress = new ChatJson.Progress();
            for (String line = next(lines, dispatch); line != null; line = next(lines, dispatch)) {
                out.write((line + "\n").getBytes(UTF_8));
                if (line.isEmpty()) {
                    out.flush(); // An event ends here. If the caller is gone, writing fails sooner or later.
                }
                switch (progress.read(line)) {
                    case FIRST_TOKEN -> dispatch.firstToken();
                    case TOKEN -> dispatch.tokens(1);
                    case OTHER -> {}
                }
            }
            out.close();
            if (response.statusCode() == 200) {
                dispatch.completed(progress.usage());
            } else {
                dispatch.failed("the engine answered " + response.statusCode());
            }
        }
    }

    /** The exception makes the server drop the connection, since half an answer must not look like a whole one. */
    private static @Nullable String next(BufferedReader lines, Dispatch dispatch) throws IOException {
        try {
            return lines.readLine();
        } catch (IOException broken) {
            dispatch.failed("the answer broke off");
            throw broken;
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        ChatHttp.stop(server);
        pointsman.close();
    }
}
