// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.calibrate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a calibration has learned, as JSON. Numbers are written in full, so that it goes on exactly where it was. */
final class CalibrationJson {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int VERSION = 1;

    private CalibrationJson() {}

    static String write(String deployment, long ignored, TermRidge decode, TermRidge firstToken) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("version", VERSION).put("deployment", deployment).put("ignored", ignored);
        write(root.putObject("decode"), decode);
        write(root.putObject("firstToken"), firstToken);
        return root.toString();
    }

    /** Reads into two ridges that have learned nothing yet, and returns how many samples were ignored. */
    static long read(String saved, String deployment, TermRidge decode, TermRidge firstToken) {
        JsonNode root;
        try {
            root = JSON.readTree(saved);
        } catch (JsonProcessingException e) {
            throw wrong("is not JSON: " + e.getOriginalMessage(), "it was cut off", e);
        }
        if (root.path("version").asInt() != VERSION) {
            throw wrong(
                    "must be of version " + VERSION + ", but is of version "
                            + root.path("version").asText("none"),
                    "it was saved by another release; start anew",
                    null);
        }
        if (!root.path("deployment").asText().equals(deployment)) {
            throw wrong(
                    "must be of " + deployment + ", but is of "
                            + root.path("deployment").asText(),
                    "the engine was updated meanwhile; start anew",
                    null);
        }
        read(root.path("decode"), decode, "decode");
        read(root.path("firstToken"), firstToken, "firstToken");
        return root.path("ignored").asLong();
    }

    private static void write(ObjectNode node, TermRidge ridge) {
        numbers(node.putArray("prior"), ridge.prior);
        node.put("samples", ridge.samples)
                .put("meanLogRatio", ridge.meanLogRatio)
                .put("widen", ridge.widen);
        node.put("stale", ridge.stale);
        numbers(node.putArray("coefficients"), ridge.coefficients);
        numbers(node.putArray("recent"), ridge.recent);
        ArrayNode regimes = node.putArray("regimes");
        ridge.regimes.forEach((key, regime) -> {
            ObjectNode line = regimes.addObject().put("key", key).put("last", regime.last);
            numbers(line.putArray("products"), regime.products);
            numbers(line.putArray("sums"), regime.sums);
        });
    }

    private static void read(JsonNode node, TermRidge ridge, String place) {
        double[] prior = numbers(node.path("prior"), ridge.prior.length, place + ".prior");
        if (!Arrays.equals(prior, ridge.prior)) {
            throw wrong(
                    place + ".prior: must be the coefficients that the prediction starts from, but is another set",
                    "the library was updated meanwhile; start anew",
                    null);
        }
        double[] recent = numbers(node.path("recent"), TermRidge.RECENT, place + ".recent");
        System.arraycopy(recent, 0, ridge.recent, 0, recent.length);
        ridge.samples = whole(node.path("samples"), place + ".samples");
        ridge.meanLogRatio = number(node.path("meanLogRatio"), place + ".meanLogRatio");
        ridge.widen = number(node.path("widen"), place + ".widen");
        if (node.path("regimes").size() > TermRidge.MOST_REGIMES) {
            throw wrong(place + ".regimes: must be at most " + TermRidge.MOST_REGIMES, "it was edited", null);
        }
        for (JsonNode line : node.path("regimes")) {
            TermRidge.Regime regime = new TermRidge.Regime(ridge.prior.length);
            double[] products = numbers(line.path("products"), regime.products.length, place + ".products");
            double[] sums = numbers(line.path("sums"), regime.sums.length, place + ".sums");
            System.arraycopy(products, 0, regime.products, 0, products.length);
            System.arraycopy(sums, 0, regime.sums, 0, sums.length);
            regime.last = whole(line.path("last"), place + ".last");
            ridge.regimes.put(line.path("key").asInt(), regime);
        }
        ridge.coefficients = numbers(node.path("coefficients"), ridge.prior.length, place + ".coefficients");
        for (double coefficient : ridge.coefficients) {
            if (coefficient < 0) {
                throw wrong(place + ".coefficients: must be at least 0, but has " + coefficient, "it was edited", null);
            }
        }
        ridge.stale = node.path("stale").asBoolean();
    }

    private static void numbers(ArrayNode array, double[] values) {
        for (double value : values) {
            array.add(value);
        }
    }

    private static double[] numbers(JsonNode array, int count, String place) {
        if (!array.isArray() || array.size() != count) {
            throw wrong(place + ": must have " + count + " numbers, but has " + array.size(), "it was edited", null);
        }
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = number(array.get(i), place);
        }
        return values;
    }

    private static double number(JsonNode node, String place) {
        if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
            throw wrong(place + ": must be a finite number, but was " + node, "it was edited", null);
        }
        return node.doubleValue();
    }

    private static long whole(JsonNode node, String place) {
        if (!node.isIntegralNumber() || node.longValue() < 0) {
            throw wrong(place + ": must be a whole number of at least 0, but was " + node, "it was edited", null);
        }
        return node.longValue();
    }

    private static IllegalArgumentException wrong(String fact, String maybe, @Nullable Throwable cause) {
        return new IllegalArgumentException("calibration state: " + fact + ".\nMaybe " + maybe + ".", cause);
    }
}
