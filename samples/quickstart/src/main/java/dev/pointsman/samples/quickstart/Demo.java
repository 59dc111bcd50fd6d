// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.samples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.pointsman.api.decision.Evaluation;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.explain.ExplanationTable;
import dev.pointsman.core.fleet.Fleet;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Starts three doubles and the proxy, and sends the proxy some chat requests, or keeps serving yours. */
public final class Demo {
    private static final String USAGE = "Usage: quickstart.jar [--port PORT] [--serve]";
    private static final String PIRATE = "You are a pirate. " + "Answer in the manner of a pirate, always. ".repeat(30);
    private static final String TUTOR = "You are a tutor. " + "Explain each step to a beginner, patiently. ".repeat(30);
    private static final int DISCONNECT_AFTER_BYTES = 200;

    private final HttpClient callers = HttpClient.newHttpClient();
    private final PrintStream out;
    private final URI proxy;
    private final Narrator narrator;

    private Demo(PrintStream out, int port, Narrator narrator) {
        this.out = out;
        this.narrator = narrator;
        proxy = URI.create("http://127.0.0.1:" + port + ChatHttp.PATH);
    }

    /** Runs the demonstration, or with {@code --serve} the proxy until it is stopped. */
    public static void main(String[] args) throws IOException, InterruptedException {
        boolean serve = false;
        int port = 8080;
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--serve")) {
                serve = true;
            } else if (args[i].equals("--port")
                    && i + 1 < args.length
                    && args[i + 1].matches("\\d{1,5}")
                    && Integer.parseInt(args[i + 1]) < 65_536) {
                port = Integer.parseInt(args[++i]);
            } else if (args[i].equals("--help")) {
                System.out.println(USAGE);
                return;
            } else {
                System.err.println(USAGE);
                System.exit(2);
            }
        }
        try {
            run(System.out, port, serve);
        } catch (BindException taken) {
            System.err.println("port " + port + ": " + taken.getMessage()
                    + ".\nMaybe try --port 0, which takes any that is free.");
            System.exit(1);
        }
    }

    static void run(PrintStream out, int port, boolean serve) throws IOException, InterruptedException {
        try (ModelServerDouble a = new ModelServerDouble("a");
                ModelServerDouble b = new ModelServerDouble("b");
                ModelServerDouble c = new ModelServerDouble("c")) {
            Fleet fleet = Fleet.of(a.endpoint(), b.endpoint(), c.endpoint());
            Narrator narrator = new Narrator(out);
            Pointsman pointsman = Quickstart.scheduler(fleet)
                    .plugin("narrator", narrator)
                    .explainOneIn(1)
                    .build();
            try (Quickstart proxy = new Quickstart(pointsman, port)) {
                out.println("The proxy is at http://127.0.0.1:" + proxy.port() + ChatHttp.PATH
                        + ", before the model servers" + " a, b and c.");
                if (serve) {
                    Thread.currentThread().join(); // For ever: until the process is stopped.
                }
                new Demo(out, proxy.port(), narrator).show(pointsman, Map.of("a", a, "b", b, "c", c));
            }
        }
    }

    private void show(Pointsman pointsman, Map<String, ModelServerDouble> doubles)
            throws IOException, InterruptedException {
        say("A pirate: nobody has read this prompt, so the draw decides. Then pirates go where it has been read.");
        ask(PIRATE, "Where is the treasure?");
        ask(PIRATE, "And the rum?");

        say(
                "Tutors: the draw again, then where tutors went. Any decision can also explain itself in full, even one not made.");
        ask(TUTOR, "What is a prime?");
        ask(TUTOR, "Why is 1 none?");
        InferenceRequest question = ChatJson.request("what-if", body(TUTOR, "What if I asked now?", 20));
        Evaluation evaluation = pointsman.evaluate(question);
        out.println(ExplanationTable.of(evaluation.explanation()).stripTrailing());

        say("Four at once, with nothing in common: they spread.");
        List<CompletableFuture<HttpResponse<String>>> answers = List.of("One", "Two", "Three", "Four").stream()
                .map(number ->
                        callers.sendAsync(chat(number.repeat(200), "Hello?"), HttpResponse.BodyHandlers.ofString()))
                .toList();
        answers.forEach(CompletableFuture::join);
        narrator.awaitQuiet();

        say("A caller that hangs up in the middle: the engine is told to stop, and the dispatch ends.");
        HttpResponse<InputStream> answer =
                callers.send(chat(PIRATE, "Sing all you know!", 1000), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream text = answer.body()) {
            text.readNBytes(DISCONNECT_AFTER_BYTES);
        }
        narrator.awaitQuiet();

        String target = requireNonNull(evaluation.decision()).endpoint().id();
        say("The tutors' model server, " + target + ", dies: the next tutor is failed over.");
        requireNonNull(doubles.get(target)).close();
        ask(TUTOR, "Are you still there?");

        say("No chat request at all.");
        HttpRequest nonsense = HttpRequest.newBuilder(proxy)
                .POST(HttpRequest.BodyPublishers.ofString("Hello?"))
                .build();
        HttpResponse<String> refused = callers.send(nonsense, HttpResponse.BodyHandlers.ofString());
        out.println(refused.statusCode() + "      " + refused.body());

        Map<String, Long> inFlight = new TreeMap<>();
        doubles.keySet().forEach(id -> inFlight.put(id, pointsman.requestsInFlight(id)));
        say("In the end, requests in flight by endpoint: " + inFlight);
    }

    /** Asks, reads the answer to its end, and waits until the dispatch has ended too. */
    private void ask(String system, String question) throws IOException, InterruptedException {
        callers.send(chat(system, question), HttpResponse.BodyHandlers.ofString());
        narrator.awaitQuiet();
    }

    private HttpRequest chat(String system, String question) {
        return chat(system, question, 20);
    }

    private HttpRequest chat(String system, String question, int maxTokens) {
        return HttpRequest.newBuilder(proxy)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body(system, question, maxTokens)))
                .build();
    }

    static byte[] body(String system, String question, int maxTokens) {
        return ("{\"model\":\"double\",\"stream\":true,\"max_tokens\":" + maxTokens + ",\"messages\":["
                        + "{\"role\":\"system\",\"content\":\"" + system + "\"},"
                        + "{\"role\":\"user\",\"content\":\"" + question + "\"}]}")
                .getBytes(UTF_8);
    }

    private void say(String text) {
        out.println();
        out.println("# " + text);
    }
}
