package io.unanimous.sdk.xa;

/** The adapter on a real MariaDB. */
class MariaDbXaIT extends XaContract {

    @Override
    TestServer server() {
        return MariaDbServer.shared();
    }

    @Override
    boolean pinsPrepared() {
        return true;
    }
}
