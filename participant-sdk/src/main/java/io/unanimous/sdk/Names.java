package io.unanimous.sdk;

/** What names look like: transaction ids, resources, branches. Faults are found here, before anything is sent. */
final class Names {

    private static final String BASE32 = "0123456789abcdefghjkmnpqrstvwxyz";

    /** Which characters it has: looked up, not searched for, since an id is checked with every message. */
    private static final boolean[] IN_BASE32 = inBase32();

    /** Where the six fields of a transaction id are parted by a dash. */
    private static final int[] DASHES = {26, 29, 40, 47, 58};

    /** Where the part begins that the ids of one run of a coordinator differ in. */
    static final int COUNTING_START = 41;

    private static final int PARTITION_START = 27;
    private static final int PARTITION_END = 29;

    private Names() {}

    private static boolean[] inBase32() {
        boolean[] in = new boolean['z' + 1];
        BASE32.chars().forEach(c -> in[c] = true);
        return in;
    }

    static String requireTransactionId(String id) {
        if (!isTransactionId(id)) {
            throw new IllegalArgumentException("Not a transaction id: " + quoted(id)
                    + ". An id has 60 characters and is what begin() returned, unchanged.");
        }
        return id;
    }

    static boolean isTransactionId(String id) {
        if (id.length() != Limits.TRANSACTION_ID_CHARS) {
            return false;
        }
        int dash = 0;
        for (int i = 0; i < id.length(); i++) {
            boolean dashHere = dash < DASHES.length && DASHES[dash] == i;
            if (dashHere) {
                dash++;
            }
            char c = id.charAt(i);
            if (dashHere ? c != '-' : !isBase32(c)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBase32(char c) {
        return c < IN_BASE32.length && IN_BASE32[c];
    }

    /** The part of an id that names the coordinator's store: equal for all ids of one store. */
    static String storeOf(String transactionId) {
        return transactionId.substring(0, DASHES[0]);
    }

    /** The partition that minted a well-formed id. */
    static int partitionOf(String transactionId) {
        int value = 0;
        for (int i = PARTITION_START; i < PARTITION_END; i++) {
            value = value * BASE32.length() + BASE32.indexOf(transactionId.charAt(i));
        }
        return value;
    }

    static String requireResource(String resource) {
        if (!isResource(resource)) {
            throw new IllegalArgumentException("Not a resource name: " + quoted(resource)
                    + ". A resource name has 1 to " + Limits.RESOURCE_NAME_BYTES_MAX + " characters of [a-z0-9._-].");
        }
        return resource;
    }

    static boolean isResource(String resource) {
        return isResource(resource, resource.length());
    }

    static String requireBranch(String branch) {
        int slash = branch.indexOf('/');
        if (slash < 0 || !isResource(branch, slash) || !isSuffix(branch, slash + 1)) {
            throw new IllegalArgumentException("Not a branch name: " + quoted(branch)
                    + ". A branch is named resource/suffix, with a suffix of 1 to " + Limits.BRANCH_SUFFIX_BYTES_MAX
                    + " characters of [a-z0-9].");
        }
        return branch;
    }

    /** Whether the first so many characters are a resource's name. */
    private static boolean isResource(String name, int length) {
        if (length == 0 || length > Limits.RESOURCE_NAME_BYTES_MAX) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            if (!isLowerAlphanumeric(c) && c != '.' && c != '_' && c != '-') {
                return false;
            }
        }
        return true;
    }

    /** Whether the characters from there on are a branch's suffix. */
    private static boolean isSuffix(String branch, int start) {
        int length = branch.length() - start;
        if (length == 0 || length > Limits.BRANCH_SUFFIX_BYTES_MAX) {
            return false;
        }
        for (int i = start; i < branch.length(); i++) {
            if (!isLowerAlphanumeric(branch.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLowerAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    /** What a message may show of a wrong name: short, and without characters that would break a line of a log. */
    private static String quoted(String name) {
        String start = name.length() <= 80 ? name : name.substring(0, 80) + "...";
        return "\"" + start.replaceAll("\\p{Cntrl}", "?") + "\"";
    }
}
