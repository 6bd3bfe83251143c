package io.unanimous.bench.floor;

import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.ContenderFactory;
import io.unanimous.bench.contender.Setting;

/** The bare echo of messages like the protocol's, without a disk. */
public final class EchoFactory implements ContenderFactory {

    @Override
    public Contender start(Setting setting) throws Exception {
        return FloorContender.start(FloorServer.ECHO, setting.withoutSyncDelay("the echo"));
    }
}
