package io.unanimous.cli;

import io.grpc.ManagedChannel;

/** The way to a coordinator. */
interface Dialler {
    /** A channel to the endpoint. Does not wait until it is connected. */
    Line dial(Endpoint endpoint);

    /** An open channel. */
    interface Line extends AutoCloseable {
        ManagedChannel channel();

        /** Closes it at once, with whatever is still under way. */
        @Override
        void close();
    }
}
