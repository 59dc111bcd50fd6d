// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import dev.pointsman.replay.run.TraceFacts;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;

/** One run of the program: what it printed and its exit code. */
record Run(int exitCode, String out, String err) {
    static Run of(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = PointsmanReplay.run(new PrintWriter(out), new PrintWriter(err), args);
        return new Run(exitCode, out.toString(), err.toString());
    }

    /** Returns what was printed as JSON. */
    Map<String, Object> json() throws IOException {
        return TraceFacts.parse(out);
    }

    /** Returns an object within the JSON. */
    Map<String, Object> object(String field) throws IOException {
        return TraceFacts.map(json(), field);
    }
}
