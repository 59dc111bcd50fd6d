// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.samples.quickstart;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** The JDK's HTTP server, set up for streaming; the proxy and the doubles share it. */
final class ChatHttp {
    static final String PATH = "/v1/chat/completions";

    static {
        // The server reads these once. Without nodelay, a token can wait for the caller to acknowledge the one before.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "10000");
        System.setProperty("sun.net.httpserver.idleInterval", "3600");
        // How much is read of a body that is too large, so that the caller gets to see why it was refused.
        System.setProperty("sun.net.httpserver.drainAmount", String.valueOf(16 << 20));
    }

    private ChatHttp() {}

    /**
     * Serves chat requests on a port of this machine.
     *
     * @param port 0 for any
     */
    static HttpServer serve(int port, HttpHandler chat) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext(PATH, chat);
        // A thread for each request in progress; from Java 21 on, take Executors.newVirtualThreadPerTaskExecutor().
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        return server;
    }

    /** Drops all connections and interrupts what is in progress. */
    static void stop(HttpServer server) {
        server.stop(0);
        ((ExecutorService) server.getExecutor()).shutdownNow();
    }

    /** Starts the answer to a caller as the engine started its own. */
    static OutputStream begin(HttpExchange caller, HttpResponse<InputStream> response) throws IOException {
        String contentType = response.headers().firstValue("Content-Type").orElse("application/json");
        caller.getResponseHeaders().set("Content-Type", contentType);
        caller.sendResponseHeaders(response.statusCode(), 0);
        return caller.getResponseBody();
    }

    /** Says when to come back, in whole seconds, if that is known. */
    static void retryAfter(HttpExchange caller, @Nullable Duration time) {
        if (time != null) {
            long seconds = Math.max(1, time.plusNanos(999_999_999).toSeconds());
            caller.getResponseHeaders().set("Retry-After", String.valueOf(seconds));
        }
    }

    /** Answers with an error. */
    static void refuse(HttpExchange caller, int status, String message) throws IOException {
        byte[] body = ChatJson.error(status, message);
        caller.getResponseHeaders().set("Content-Type", "application/json");
        caller.sendResponseHeaders(status, body.length);
        caller.getResponseBody().write(body);
        caller.close();
    }
}
