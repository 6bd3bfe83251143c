package io.unanimous.sim.net;

import io.grpc.ServerMethodDefinition;
import io.unanimous.sim.Life;
import org.jspecify.annotations.Nullable;

/** A process that serves calls, for as long as its life. */
public interface Host {

    /** The life that serves. */
    Life life();

    /** How calls of this name are served; null when they are not. */
    @Nullable
    ServerMethodDefinition<?, ?> method(String fullName);

    /** Something has reached it: it should look. */
    void reached();
}
