package io.unanimous.bench.floor;

import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.ContenderFactory;
import io.unanimous.bench.contender.Setting;

/** The floor: the protocol's messages and a shared sync, without a coordinator. */
public final class FloorFactory implements ContenderFactory {

    @Override
    public Contender start(Setting setting) throws Exception {
        return FloorContender.start(FloorServer.FLOOR, setting.withoutSyncDelay("the floor"));
    }
}
