// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ServiceConfigurationError;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns whatever goes wrong into one line on standard error and an exit code. */
final class Failures {
    static final int BAD_INPUT = 1;

    private Failures() {}

    /** Handles arguments that cannot be parsed: a value that is wrong is bad input, anything else is wrong usage. */
    static int usage(ParameterException failure, String[] args) {
        CommandLine commandLine = failure.getCommandLine();
        boolean wrongValue = failure.getClass() == ParameterException.class && failure.getValue() != null;
        String hint = wrongValue ? "" : " Try \"" + commandLine.getCommandSpec().qualifiedName() + " --help\".";
        print(commandLine.getErr(), sentence(String.valueOf(failure.getMessage())) + hint);
        return wrongValue ? BAD_INPUT : CommandLine.ExitCode.USAGE;
    }

    /** Handles what a command throws: bad input, or a bug, which is shown with its stack trace. */
    static int execution(Exception failure, CommandLine commandLine, ParseResult parsed) {
        PrintWriter err = commandLine.getErr();
        if (failure instanceof NoSuchFileException missing) {
            print(err, missing.getFile() + ": there is no such file. Maybe the path is relative to another directory.");
        } else if (failure instanceof AccessDeniedException denied) {
            print(err, denied.getFile() + ": may not be read or written. Maybe check its permissions.");
        } else if (failure instanceof FileAlreadyExistsException taken) {
            print(err, taken.getFile() + ": is there already, and is no folder. Maybe name another place.");
        } else if (failure instanceof FileSystemException broken) {
            String reason = broken.getReason() == null ? "." : ": " + broken.getReason() + ".";
            print(err, broken.getFile() + ": cannot be read or written" + reason);
        } else if (failure instanceof IOException || failure instanceof IllegalArgumentException) {
            print(err, String.valueOf(failure.getMessage()));
        } else {
            print(err, "this is a bug: " + failure);
            failure.printStackTrace(err);
        }
        return BAD_INPUT;
    }

    /** Makes bad input of what a plugin's classes or services are missing. */
    static IllegalArgumentException brokenPlugin(LinkageError failure) {
        return new IllegalArgumentException(
                "plugins: a class cannot be loaded: " + failure
                        + ".\nMaybe its dependencies are missing; name their jars too.",
                failure);
    }

    /** Makes bad input of a plugin jar whose services are wrong. */
    static IllegalArgumentException brokenPlugin(ServiceConfigurationError failure) {
        return new IllegalArgumentException(
                "plugins: a factory cannot be loaded: " + failure.getMessage()
                        + ".\nMaybe it has no public constructor without parameters.",
                failure);
    }

    private static void print(PrintWriter err, String message) {
        err.println("pointsman-replay: " + message.strip().replaceAll("\\s*[\\r\\n]+\\s*", " "));
    }

    private static String sentence(String message) {
        return message.endsWith(".") ? message : message + ".";
    }
}
