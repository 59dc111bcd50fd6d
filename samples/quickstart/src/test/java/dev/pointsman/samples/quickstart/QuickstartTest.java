// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.samples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.explain.CandidateExplanation;
import dev.pointsman.api.explain.ProfileExplanation;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.Admission;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The proxy over real sockets of this machine. After every test, no dispatch is under way and no load is left. */
class QuickstartTest {
    private static final String SYSTEM = "You are a patient tutor. ".repeat(40);
    private static final String WORD = "data: {\"choices\":[{\"delta\":{\"content\":\"word \"}}]}\n\n";
    private static final String END = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2,"
            + "\"prompt_tokens_details\":{\"cached_tokens\":4}}}\n\ndata: [DONE]\n\n";

    private final HttpClient callers = HttpClient.newHttpClient();
    private final Witness witness = new Witness();
    private final Fleet fleet = Fleet.create();
    private final Map<String, HttpServer> engines = new HashMap<>();
    private Pointsman pointsman =
            Quickstart.scheduler(fleet).plugin("witness", witness).build();
    private Quickstart proxy = new Quickstart(pointsman, 0);

    QuickstartTest() throws IOException {}

    @AfterEach
    void everythingHasEnded() {
        List<ProfileExplanation> profiles = pointsman
                .evaluate(InferenceRequest.builder("last", "any").build())
                .explanation()
                .profiles();
        proxy.close();
        engines.values().forEach(ChatHttp::stop);

        assertThat(witness.underWay()).isEmpty();
        assertThat(profiles)
                .flatExtracting(ProfileExplanation::candidates)
                .extracting(CandidateExplanation::inFlightRequests)
                .allSatisfy(requests -> assertThat(requests).isZero());
    }

    @Test
    void answer_isPassedOnEventByEvent() throws Exception {
        CountDownLatch callerHasRead = new CountDownLatch(1);
        engine("a", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            write(out, WORD);
            // A proxy that held events back would make this wait in vain, and the second word would be missing.
            if (await(callerHasRead)) {
                write(out, WORD + END);
            }
            exchange.close();
        });

        HttpResponse<InputStream> response = ask("Hello?", HttpResponse.BodyHandlers.ofInputStream());
        String first;
        String rest;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), UTF_8))) {
            first = lines.readLine() + "\n" + lines.readLine() + "\n";
            callerHasRead.countDown();
            rest = lines.lines().map(line -> line + "\n").collect(Collectors.joining());
        }

        assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream");
        assertThat(first).isEqualTo(WORD);
        assertThat(rest).isEqualTo(WORD + END);
        assertThat(witness.nextEnd()).isEqualTo(new Witness.End("a", Ending.COMPLETED, new Usage(7, 4, 2)));
        assertThat(witness.firstTokens).hasValue(1);
        assertThat(witness.furtherTokens).hasValue(1);
    }

    @Test
    void equalBeginnings_goToTheSameEndpoint() throws Exception {
        try (ModelServerDouble a = new ModelServerDouble("a");
                ModelServerDouble b = new ModelServerDouble("b");
                ModelServerDouble c = new ModelServerDouble("c")) {
            List.of(a, b, c).forEach(engine -> fleet.join(engine.endpoint()));

            List<Witness.End> ends = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                assertThat(ask("Question " + i, HttpResponse.BodyHandlers.ofString())
                                .statusCode())
                        .isEqualTo(200);
                ends.add(witness.nextEnd());
            }

            assertThat(ends)
                    .extracting(Witness.End::endpoint)
                    .containsOnly(ends.get(0).endpoint());
            assertThat(ends.get(0).usage().cachedTokens()).isZero();
            assertThat(ends.get(3).usage().cachedTokens()).isGreaterThan(SYSTEM.length() / 8);
        }
    }

    @Test
    void callerHangsUp_dispatchIsCancelled_andTheEngineStops() throws Exception {
        CountDownLatch engineStopped = new CountDownLatch(1);
        engine("a", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            try {
                while (true) {
                    write(out, WORD);
                }
            } finally {
                engineStopped.countDown();
            }
        });

        try (InputStream answer =
                ask("Sing!", HttpResponse.BodyHandlers.ofInputStream()).body()) {
            assertThat(answer.readNBytes(WORD.length())).hasSize(WORD.length());
        }

        assertThat(witness.nextEnd()).isEqualTo(new Witness.End("a", Ending.CANCELLED, Usage.UNKNOWN));
        assertThat(await(engineStopped)).isTrue();
    }

    @Test
    void endpointDies_theNextRequestFailsOver() throws Exception {
        engine("a", exchange -> answer(exchange, 200, WORD + END));
        engine("b", exchange -> answer(exchange, 200, WORD + END));
        ask("Hello?", HttpResponse.BodyHandlers.ofString());
        String first = witness.nextEnd().endpoint();

        ChatHttp.stop(engines.get(first));
        HttpResponse<String> response = ask("Hello?", HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(WORD + END);
        assertThat(witness.nextEnd())
                .isEqualTo(new Witness.End(first.equals("a") ? "b" : "a", Ending.COMPLETED, new Usage(7, 4, 2)));
    }

    @Test
    void everyEndpointFails_callerIsTold() throws Exception {
        engine("a", exchange -> answer(exchange, 503, "overloaded"));
        engine("b", exchange -> answer(exchange, 500, "broken"));

        HttpResponse<String> response = ask("Hello?", HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(witness.nextEnd().ending()).isEqualTo(Ending.FAILED);
    }

    @Test
    void engineRefuses_itsAnswerIsPassedOn() throws Exception {
        engine("a", exchange -> answer(exchange, 404, "{\"error\":\"no such model\"}\n"));

        HttpResponse<String> response = ask("Hello?", HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body()).contains("no such model");
        assertThat(witness.nextEnd().ending()).isEqualTo(Ending.FAILED);
    }

    @Test
    void answerBreaksOff_callerSeesThatItDid() throws Exception {
        engine("a", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            write(exchange.getResponseBody(), WORD);
            throw new IOException("crashed");
        });

        assertThatThrownBy(() -> ask("Hello?", HttpResponse.BodyHandlers.ofString()))
                .isInstanceOf(IOException.class);

        assertThat(witness.nextEnd()).isEqualTo(new Witness.End("a", Ending.FAILED, Usage.UNKNOWN));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Hello?",
                "{\"model\":\"m\"",
                "[]",
                "{\"messages\":[]}",
                "{\"model\":\"m\",\"messages\":\"Hello?\"}",
                "{\"model\":\" \",\"messages\":[]}",
                "{\"model\":\"m\",\"messages\":[]} {}"
            })
    void noChatRequest_isRefused(String body) throws Exception {
        engine("a", exchange -> answer(exchange, 200, WORD + END));

        HttpResponse<String> response = send(body, HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(ChatJson.MAPPER
                        .readTree(response.body())
                        .at("/error/message")
                        .asText())
                .isNotBlank();
    }

    @Test
    void bodyThatIsTooLarge_isRefused() throws Exception {
        engine("a", exchange -> answer(exchange, 200, WORD + END));

        HttpResponse<String> response =
                ask("Hello? ".repeat(Quickstart.MAX_BODY_BYTES / 2), HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(413);
    }

    @Test
    void noEndpoints_isUnavailable() throws Exception {
        HttpResponse<String> response = ask("Hello?", HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(503);
    }

    @Test
    void requestIsShed_callerIsToldWhenToComeBack() throws Exception {
        engine("a", exchange -> answer(exchange, 200, WORD + END));
        Admission closed = (cycle, candidates) -> new Rejection(
                Rejection.Reason.NOT_ADMITTED, "closed for lunch", "admission", Duration.ofMillis(1500), null);
        proxy.close();
        pointsman = Quickstart.scheduler(fleet)
                .plugin("witness", witness)
                .plugin("closed", closed)
                .build();
        proxy = new Quickstart(pointsman, 0);

        HttpResponse<String> response = ask("Hello?", HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(response.headers().firstValue("Retry-After")).hasValue("2");
        assertThat(response.body()).contains("closed for lunch");
    }

    private void engine(String id, HttpHandler handler) throws IOException {
        HttpServer engine = ChatHttp.serve(0, handler);
        engines.put(id, engine);
        fleet.join(Endpoint.of(id, "127.0.0.1:" + engine.getAddress().getPort()));
    }

    private <T> HttpResponse<T> ask(String question, HttpResponse.BodyHandler<T> handler) throws Exception {
        return send(new String(Demo.body(SYSTEM, question, 3), UTF_8), handler);
    }

    private <T> HttpResponse<T> send(String body, HttpResponse.BodyHandler<T> handler) throws Exception {
        return callers.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + proxy.port() + ChatHttp.PATH))
                        .timeout(Duration.ofSeconds(Witness.DEADLINE_SECONDS))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                handler);
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        exchange.sendResponseHeaders(status, 0);
        write(exchange.getResponseBody(), body);
        exchange.close();
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(UTF_8));
        out.flush();
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(Witness.DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
