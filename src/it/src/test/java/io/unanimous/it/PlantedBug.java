package io.unanimous.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A bug that is planted to see whether the ladder catches it: a patch against the production sources that takes out one
 * defence, under a few lines that say which, and who is to catch it.
 *
 * <p>The file is called {@code NN-short-name.patch}. Its header has one line each of {@code Hazard} (the row of
 * docs/hazards.md), {@code Rung}, {@code Run} (the rung's arguments) and {@code What} (one sentence); then comes a unified
 * diff.
 *
 * @param number from the file's name; unique
 * @param name from the file's name
 * @param hazard the row of docs/hazards.md
 * @param rung who catches it
 * @param run the rung's arguments
 * @param what the bug in one sentence
 * @param patch the file
 * @param sources the files that the diff changes, relative to the project's directory
 */
record PlantedBug(
        int number, String name, int hazard, Rung rung, List<String> run, String what, Path patch, List<Path> sources) {

    private static final Pattern FILE = Pattern.compile("(\\d{2})-([a-z0-9-]+)\\.patch");
    private static final Pattern HEADER = Pattern.compile("([A-Z][a-z ]+): (\\S.*)");
    private static final Pattern CHANGED = Pattern.compile("\\+\\+\\+ b/(\\S+)");

    /** The bugs of a directory, by number; throws IllegalArgumentException when one is not written as it should be. */
    static List<PlantedBug> in(Path directory) throws IOException {
        List<PlantedBug> bugs = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory).filter(Files::isRegularFile)) {
            for (Path file : files.sorted().toList()) {
                bugs.add(read(file));
            }
        }
        for (int i = 1; i < bugs.size(); i++) {
            if (bugs.get(i).number() == bugs.get(i - 1).number()) {
                throw new IllegalArgumentException(bugs.get(i).patch() + ": this number is taken");
            }
        }
        return bugs;
    }

    static PlantedBug read(Path patch) throws IOException {
        Matcher file = FILE.matcher(patch.getFileName().toString());
        if (!file.matches()) {
            throw new IllegalArgumentException(patch + ": a planted bug is called NN-short-name.patch");
        }
        Map<String, String> header = new LinkedHashMap<>();
        List<Path> sources = new ArrayList<>();
        boolean inDiff = false;
        for (String line : Files.readAllLines(patch)) {
            inDiff |= line.startsWith("--- a/");
            Matcher said = HEADER.matcher(line);
            Matcher changed = CHANGED.matcher(line);
            if (!inDiff && said.matches()) {
                header.put(said.group(1), said.group(2));
            } else if (inDiff && changed.matches()) {
                sources.add(Path.of(changed.group(1)));
            }
        }
        if (sources.isEmpty()) {
            throw new IllegalArgumentException(patch + ": it changes nothing");
        }
        for (Path source : sources) {
            if (!source.toString().matches("(coordinator-server|participant-sdk)/src/main/java/.*\\.java")) {
                throw new IllegalArgumentException(patch + ": " + source + " is no source of the product");
            }
        }
        return new PlantedBug(
                Integer.parseInt(file.group(1)),
                file.group(2),
                Integer.parseInt(said(patch, header, "Hazard")),
                Rung.named(said(patch, header, "Rung")),
                List.of(said(patch, header, "Run").split(" +")),
                said(patch, header, "What"),
                patch,
                List.copyOf(sources));
    }

    private static String said(Path patch, Map<String, String> header, String field) {
        String value = header.get(field);
        if (value == null) {
            throw new IllegalArgumentException(patch + ": its header has no line '" + field + ": ...'");
        }
        return value;
    }

    /** The class of the rung and its arguments. */
    List<String> command() {
        List<String> command = new ArrayList<>(List.of(rung.mainClass()));
        command.addAll(run);
        return command;
    }

    /** The same, for what a run of it came to: of several seeds the one that broke, otherwise all that it did. */
    List<String> commandOf(RungRun found) {
        return found.seed() == null ? command() : List.of(rung.mainClass(), "--seeds", "1", "--seed", found.seed());
    }

    @Override
    public String toString() {
        return String.format("%02d-%s", number, name);
    }
}
