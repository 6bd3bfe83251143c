package io.unanimous.sim.explore;

import java.util.Arrays;

/**
 * One state of everything: the coordinator, its log, the network, the participants, their databases, and what clients were
 * told. Most fields are numbers of interned values, so that a state packs into some forty bytes.
 */
final class World {

    static final int DOWN = 0;

    static final int TOLD_COMMITTED = 1;
    static final int TOLD_ROLLED_BACK = 2;
    static final int COMMIT_ASKED = 4;
    static final int STARTING = 8;
    static final int DECIDED = 16;

    private static final int CONFIRMED = 1;
    private static final int READ_ONLY = 2;
    private static final int BRANCH_BITS = 5;
    private static final int BRANCH_MASK = (1 << BRANCH_BITS) - 1;

    /** The coordinator's state in {@link Machine}, or DOWN. */
    int coordinator = DOWN;
    /** Lives of the coordinator so far. */
    int life;
    /** The records in the log. */
    int log;
    /** The number up to which the log is on disk. */
    int synced;
    /** The effects that await a record. */
    int waiting;
    /** Records that were deleted, which a power cut may bring back. */
    int deleted;
    /** How often each {@link Happening} has happened. */
    int happened;
    /** Bits: what was told, asked, and decided durably. */
    int bits;
    /** The branches in the durable decision. */
    int decided;
    /** For each branch, what its database holds and what its participant did. */
    int branches;

    final int[] participants;
    /** Messages under way, in order of their numbers; the same one may be there more than once. */
    int[] network;

    World(int participants) {
        this.participants = new int[participants];
        network = new int[0];
    }

    private World(World other) {
        coordinator = other.coordinator;
        life = other.life;
        log = other.log;
        synced = other.synced;
        waiting = other.waiting;
        deleted = other.deleted;
        happened = other.happened;
        bits = other.bits;
        decided = other.decided;
        branches = other.branches;
        participants = other.participants.clone();
        network = other.network;
    }

    World copy() {
        return new World(this);
    }

    // ---- bits ---------------------------------------------------------------------------------------------------

    boolean is(int bit) {
        return (bits & bit) != 0;
    }

    void set(int bit) {
        bits |= bit;
    }

    void clear(int bit) {
        bits &= ~bit;
    }

    /** Whether the coordinator takes inputs. */
    boolean serving() {
        return coordinator != DOWN && !is(STARTING);
    }

    // ---- branches -----------------------------------------------------------------------------------------------

    Holding holding(int branch) {
        return HOLDINGS[(branches >>> (branch * BRANCH_BITS) & BRANCH_MASK) >>> 2];
    }

    void hold(int branch, Holding holding) {
        int shift = branch * BRANCH_BITS;
        int kept = branches >>> shift & (CONFIRMED | READ_ONLY);
        branches = (branches & ~(BRANCH_MASK << shift)) | ((holding.ordinal() << 2 | kept) << shift);
    }

    private static final Holding[] HOLDINGS = Holding.values();

    /** Whether the application learnt that the branch is enlisted. */
    boolean confirmed(int branch) {
        return (branches >>> (branch * BRANCH_BITS) & CONFIRMED) != 0;
    }

    void confirm(int branch) {
        branches |= CONFIRMED << (branch * BRANCH_BITS);
    }

    boolean readOnly(int branch) {
        return (branches >>> (branch * BRANCH_BITS) & READ_ONLY) != 0;
    }

    void votedReadOnly(int branch) {
        branches |= READ_ONLY << (branch * BRANCH_BITS);
    }

    boolean decides(int branch) {
        return is(DECIDED) && (decided >>> branch & 1) != 0;
    }

    // ---- network ------------------------------------------------------------------------------------------------

    void send(int message) {
        int[] more = Arrays.copyOf(network, network.length + 1);
        int i = network.length;
        while (i > 0 && more[i - 1] > message) {
            more[i] = more[i - 1];
            i--;
        }
        more[i] = message;
        network = more;
    }

    void takeOut(int message) {
        int at = Arrays.binarySearch(network, message);
        int[] fewer = new int[network.length - 1];
        System.arraycopy(network, 0, fewer, 0, at);
        System.arraycopy(network, at + 1, fewer, at, fewer.length - at);
        network = fewer;
    }

    // ---- packed -------------------------------------------------------------------------------------------------

    /** The state as bytes; equal states have equal bytes. */
    byte[] pack() {
        Packer packer = new Packer();
        packer.put(coordinator);
        packer.put(life);
        packer.put(log);
        packer.put(synced);
        packer.put(waiting);
        packer.put(deleted);
        packer.put(happened);
        packer.put(bits);
        packer.put(decided);
        packer.put(branches);
        for (int participant : participants) {
            packer.put(participant);
        }
        for (int message : network) {
            packer.put(message);
        }
        return packer.bytes();
    }

    static World unpack(byte[] bytes, int participants) {
        World world = new World(participants);
        Unpacker from = new Unpacker(bytes);
        world.coordinator = from.take();
        world.life = from.take();
        world.log = from.take();
        world.synced = from.take();
        world.waiting = from.take();
        world.deleted = from.take();
        world.happened = from.take();
        world.bits = from.take();
        world.decided = from.take();
        world.branches = from.take();
        for (int i = 0; i < participants; i++) {
            world.participants[i] = from.take();
        }
        int[] network = new int[bytes.length];
        int messages = 0;
        while (from.hasMore()) {
            network[messages++] = from.take();
        }
        world.network = Arrays.copyOf(network, messages);
        return world;
    }

    /** Numbers as bytes, seven bits each, the high bit for more. */
    private static final class Packer {
        private byte[] bytes = new byte[64];
        private int length;

        void put(int number) {
            int rest = number;
            if (length + 5 > bytes.length) {
                bytes = Arrays.copyOf(bytes, bytes.length * 2);
            }
            while ((rest & ~0x7f) != 0) {
                bytes[length++] = (byte) (rest | 0x80);
                rest >>>= 7;
            }
            bytes[length++] = (byte) rest;
        }

        byte[] bytes() {
            return Arrays.copyOf(bytes, length);
        }
    }

    private static final class Unpacker {
        private final byte[] bytes;
        private int at;

        Unpacker(byte[] bytes) {
            this.bytes = bytes;
        }

        boolean hasMore() {
            return at < bytes.length;
        }

        int take() {
            int number = 0;
            int shift = 0;
            while (bytes[at] < 0) {
                number |= (bytes[at++] & 0x7f) << shift;
                shift += 7;
            }
            return number | bytes[at++] << shift;
        }
    }
}
