package io.unanimous.it;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The classes of a planted bug: the sources that its patch changes are copied, patched there, and compiled into a
 * directory that goes before the product's own classes. The product itself is not touched and has no switch for it.
 *
 * <p>Only what the patch changes is compiled anew. A constant that another class has taken in at its own compilation
 * keeps its old value there, so patches change code and not constants.
 */
final class PatchedClasses {
    private static final long PATCH_SECONDS_MAX = 30;

    private PatchedClasses() {}

    /** A patch that no longer applies, or that leaves what does not compile. */
    static final class DoesNotFit extends Exception {
        private static final long serialVersionUID = 1L;

        DoesNotFit(String message) {
            super(message);
        }
    }

    /**
     * Makes the classes of a bug, and returns the directory that they are in.
     *
     * @param root the project's directory
     * @param work a directory of this bug's own, which is emptied
     * @param classPath where the other classes are
     */
    static Path of(PlantedBug bug, Path root, Path work, String classPath) throws IOException, DoesNotFit {
        delete(work);
        Path classes = Files.createDirectories(work.resolve("classes"));
        Path sources = Files.createDirectories(work.resolve("sources"));
        List<Path> copies = new ArrayList<>();
        for (Path source : bug.sources()) {
            Path copy = sources.resolve(source);
            if (!Files.exists(root.resolve(source))) {
                throw new DoesNotFit(bug + " changes " + source + ", which is not there any more");
            }
            Files.createDirectories(copy.getParent());
            Files.copy(root.resolve(source), copy);
            copies.add(copy);
        }
        apply(bug, sources);
        compile(bug, copies, classes, classPath);
        return classes;
    }

    /** Strictly: a patch whose surroundings have changed may not take out any more what it took out. */
    private static void apply(PlantedBug bug, Path sources) throws IOException, DoesNotFit {
        ProcessBuilder builder = new ProcessBuilder(
                        "git",
                        "apply",
                        "--whitespace=nowarn",
                        bug.patch().toAbsolutePath().toString())
                .directory(sources.toFile())
                .redirectErrorStream(true);
        // Otherwise git takes the copy for a part of the repository around it, and skips what is not tracked there.
        builder.environment().put("GIT_CEILING_DIRECTORIES", sources.getParent().toString());
        Process git = builder.start();
        try {
            git.getOutputStream().close();
            String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!git.waitFor(PATCH_SECONDS_MAX, TimeUnit.SECONDS) || git.exitValue() != 0) {
                throw new DoesNotFit(bug + " no longer applies: write it anew against the present sources\n" + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + bug + " was applied", e);
        } finally {
            git.destroyForcibly();
        }
    }

    private static void compile(PlantedBug bug, List<Path> sources, Path classes, String classPath)
            throws IOException, DoesNotFit {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IllegalStateException("this Java has no compiler: set JAVA_HOME to a JDK");
        }
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            List<String> options = List.of(
                    "--release",
                    "17",
                    "-parameters",
                    "-nowarn",
                    "-proc:none",
                    "-cp",
                    classPath,
                    "-d",
                    classes.toString());
            if (!compiler.getTask(said, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call()) {
                throw new DoesNotFit(bug + " does not compile\n" + said);
            }
        }
    }

    private static void delete(Path tree) throws IOException {
        if (Files.exists(tree)) {
            List<Path> paths;
            try (Stream<Path> found = Files.walk(tree)) {
                paths = found.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path path : paths) {
                Files.delete(path);
            }
        }
    }
}
