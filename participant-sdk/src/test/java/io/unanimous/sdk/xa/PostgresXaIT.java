package io.unanimous.sdk.xa;

/** The adapter on a real PostgreSQL. */
class PostgresXaIT extends XaContract {

    @Override
    TestServer server() {
        return PostgresServer.shared();
    }
}
