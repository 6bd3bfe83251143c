import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Enumeration;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.rocksdb.util.Environment;

/**
 * Rewrites RocksDB's jar so that it holds the native library of this platform and no other: a distribution runs on one
 * platform, and the other fourteen are nine tenths of it. RocksDB's own loader says which library it would load.
 */
final class KeepOneNative {
    public static void main(String[] arguments) throws IOException {
        Path jar = Path.of(arguments[0]);
        String fallback = Environment.getFallbackJniLibraryFileName("rocksdb");
        Set<String> kept = fallback == null
                ? Set.of(Environment.getJniLibraryFileName("rocksdb"))
                : Set.of(Environment.getJniLibraryFileName("rocksdb"), fallback);
        Path smaller = jar.resolveSibling(jar.getFileName() + ".smaller");
        boolean found = false;
        try (JarFile from = new JarFile(jar.toFile());
                ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(smaller))) {
            for (Enumeration<JarEntry> entries = from.entries(); entries.hasMoreElements(); ) {
                JarEntry entry = entries.nextElement();
                boolean isNative = entry.getName().startsWith("librocksdbjni");
                if (!isNative || kept.contains(entry.getName())) {
                    found |= isNative;
                    copy(from, entry, to);
                }
            }
        }
        if (!found) {
            Files.delete(smaller);
            throw new IOException(jar + " holds none of " + kept + ": RocksDB does not run on this platform");
        }
        Files.setLastModifiedTime(smaller, Files.getLastModifiedTime(jar));
        Files.move(smaller, jar, StandardCopyOption.REPLACE_EXISTING);
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
