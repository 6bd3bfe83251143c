package io.unanimous.coordinator.core;

import java.util.Optional;

/**
 * Names one branch within its transaction: {@code resource/suffix}.
 *
 * <p>The participant chooses the suffix, so that an enlistment repeated after a lost answer names the same branch.
 */
public record BranchName(String resource, String suffix) implements Comparable<BranchName> {

    /** The longest resource name, in bytes. */
    public static final int RESOURCE_BYTES_MAX = 32;

    /** The longest suffix, in bytes. */
    public static final int SUFFIX_BYTES_MAX = 16;

    /** Throws IllegalArgumentException unless both parts keep to their alphabets and lengths. */
    public BranchName {
        if (!isResource(resource) || !isSuffix(suffix)) {
            throw new IllegalArgumentException("not a branch: " + resource + "/" + suffix);
        }
    }

    /** Reads {@code resource/suffix}; empty when it is not one. */
    public static Optional<BranchName> parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return Optional.empty();
        }
        String resource = text.substring(0, slash);
        String suffix = text.substring(slash + 1);
        return isResource(resource) && isSuffix(suffix)
                ? Optional.of(new BranchName(resource, suffix))
                : Optional.empty();
    }

    /** Whether this is a resource name: 1 to 32 bytes of {@code [a-z0-9._-]} (P12). */
    public static boolean isResource(String name) {
        return isWord(name, RESOURCE_BYTES_MAX, true);
    }

    private static boolean isSuffix(String suffix) {
        return isWord(suffix, SUFFIX_BYTES_MAX, false);
    }

    private static boolean isWord(String word, int max, boolean marks) {
        if (word.isEmpty() || word.length() > max) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && !(marks && (c == '.' || c == '_' || c == '-'))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareTo(BranchName other) {
        int byResource = resource.compareTo(other.resource);
        return byResource == 0 ? suffix.compareTo(other.suffix) : byResource;
    }

    /** {@code resource/suffix}. */
    @Override
    public String toString() {
        return resource + "/" + suffix;
    }
}
