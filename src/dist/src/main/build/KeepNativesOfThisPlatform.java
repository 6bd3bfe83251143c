import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Enumeration;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.rocksdb.util.Environment;

/**
 * Rewrites the jars of RocksDB and Netty so that they hold the native libraries of this platform and no other: a
 * distribution runs on one platform, and the libraries of the others are most of those jars.
 */
final class KeepNativesOfThisPlatform {
    public static void main(String[] arguments) throws IOException {
        Path rocksdb = Path.of(arguments[0]);
        Set<String> ofRocksdb = ofRocksdb();
        if (rewrite(rocksdb, name -> name.startsWith("librocksdbjni"), ofRocksdb::contains) == 0) {
            throw new IOException(rocksdb + " holds none of " + ofRocksdb + ": RocksDB does not run on this platform");
        }
        // Without one of its own Netty takes the JDK's sockets, so none is no fault.
        rewrite(
                Path.of(arguments[1]),
                name -> name.startsWith("META-INF/native/") && !name.endsWith("/"),
                KeepNativesOfThisPlatform::isOfNetty);
    }

    /** What RocksDB's own loader would load. */
    private static Set<String> ofRocksdb() {
        String library = Environment.getJniLibraryFileName("rocksdb");
        String fallback = Environment.getFallbackJniLibraryFileName("rocksdb");
        return fallback == null ? Set.of(library) : Set.of(library, fallback);
    }

    /** Whether Netty's loader would load the library here: its name ends in the platform's, or for epoll in the processor's. */
    private static boolean isOfNetty(String name) {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String os = system.startsWith("mac") ? "osx" : system.startsWith("windows") ? "windows" : system;
        String arch =
                switch (System.getProperty("os.arch")) {
                    case "amd64", "x86_64" -> "x86_64";
                    case "aarch64" -> "aarch_64";
                    default -> System.getProperty("os.arch");
                };
        String stem = name.substring(0, name.lastIndexOf('.'));
        return stem.endsWith("_" + os + "_" + arch) || (os.equals("linux") && stem.endsWith("_epoll_" + arch));
    }

    /** Drops the native libraries that are not kept; returns how many are. */
    private static int rewrite(Path jar, Predicate<String> isNative, Predicate<String> isKept) throws IOException {
        Path smaller = jar.resolveSibling(jar.getFileName() + ".smaller");
        int kept = 0;
        try (JarFile from = new JarFile(jar.toFile());
                ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(smaller))) {
            for (Enumeration<JarEntry> entries = from.entries(); entries.hasMoreElements(); ) {
                JarEntry entry = entries.nextElement();
                if (!isNative.test(entry.getName())) {
                    copy(from, entry, to);
                } else if (isKept.test(entry.getName())) {
                    kept++;
                    copy(from, entry, to);
                }
            }
        }
        Files.setLastModifiedTime(smaller, Files.getLastModifiedTime(jar));
        Files.move(smaller, jar, StandardCopyOption.REPLACE_EXISTING);
        return kept;
    }

    private static void copy(JarFile from, JarEntry entry, ZipOutputStream to) throws IOException {
        ZipEntry copied = new ZipEntry(entry.getName());
        copied.setTime(entry.getTime());
        to.putNextEntry(copied);
        try (InputStream content = from.getInputStream(entry)) {
            content.transferTo(to);
        }
        to.closeEntry();
    }
}
