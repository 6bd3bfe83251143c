package io.unanimous.sdk.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class XaConnectionPoolTest {

    private static final XaOptions OPTIONS =
            XaOptions.defaults().workConnections(2).reservedConnections(1).borrowTimeout(Duration.ofMillis(20));

    private final FakeDatabase database = new FakeDatabase();
    private final AtomicLong clock = new AtomicLong();
    private final AtomicInteger reconnects = new AtomicInteger();
    private final XaConnectionPool pool = pool(OPTIONS);

    @Test
    void workNeverTouchesTheReserve() throws Exception {
        pool.borrowForWork();
        pool.borrowForWork();
        assertThat(pool.workExhausted()).isTrue();
        assertThatThrownBy(pool::borrowForWork)
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageContaining("work connection")
                .hasMessageContaining("PT0.02S")
                .hasMessageContaining("all 2");

        PhysicalConnection reserved = pool.borrowForEnding(false);
        assertThatThrownBy(() -> pool.borrowForEnding(false))
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageContaining("reserved connection");
        pool.giveBack(reserved);
        assertThatThrownBy(pool::borrowForWork).isInstanceOf(SQLTransientConnectionException.class);
        pool.borrowForEnding(false);
        assertThat(database.opened).isEqualTo(3);
    }

    @Test
    void phaseTwoUsesFreeWorkPlacesToo() throws Exception {
        for (int i = 0; i < 3; i++) {
            pool.borrowForEnding(false);
        }
        assertThatThrownBy(() -> pool.borrowForEnding(false)).isInstanceOf(SQLTransientConnectionException.class);
        assertThatThrownBy(pool::borrowForWork).isInstanceOf(SQLTransientConnectionException.class);
    }

    @Test
    void aConnectionIsUsedAgainAndTriedOutOnlyAfterAWhile() throws Exception {
        PhysicalConnection first = pool.borrowForWork();
        pool.giveBack(first);
        clock.addAndGet(OPTIONS.validateAfterIdle().toNanos());
        assertThat(pool.borrowForWork()).isSameAs(first);
        assertThat(database.calls).isEmpty();

        pool.giveBack(first);
        clock.addAndGet(OPTIONS.validateAfterIdle().toNanos() + 1);
        assertThat(pool.borrowForWork()).isSameAs(first);
        assertThat(database.calls).containsExactly("1 isValid");

        pool.giveBack(first);
        assertThat(pool.borrowForEnding(true)).isSameAs(first);
        assertThat(database.calls).containsExactly("1 isValid", "1 isValid");
    }

    @Test
    void aDeadConnectionIsReplaced() throws Exception {
        pool.giveBack(pool.borrowForWork());
        database.kill(1);
        PhysicalConnection fresh = pool.borrowForEnding(true);
        assertThat(database.opened).isEqualTo(2);
        assertThat(database.closed).isEqualTo(1);
        assertThat(reconnects).hasValue(1);
        pool.giveBack(fresh);
    }

    @Test
    void oneLossMakesTheOthersDoubtful() throws Exception {
        PhysicalConnection first = pool.borrowForWork();
        PhysicalConnection second = pool.borrowForWork();
        pool.giveBack(first);
        pool.discard(second);
        assertThat(pool.borrowForWork()).isSameAs(first);
        assertThat(database.calls).containsExactly("1 isValid");
    }

    @Test
    void theReturnOfTheResourceIsToldOnce() throws Exception {
        database.refusesConnections = true;
        assertThatThrownBy(pool::borrowForWork).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> pool.borrowForEnding(true)).isInstanceOf(SQLException.class);
        assertThat(reconnects).hasValue(0);

        database.refusesConnections = false;
        pool.borrowForWork();
        pool.borrowForWork();
        assertThat(reconnects).hasValue(1);
    }

    @Test
    void failuresToConnectUseUpNoPlaces() throws Exception {
        database.refusesConnections = true;
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(pool::borrowForWork).hasMessageContaining("connection refused");
        }
        database.refusesConnections = false;
        pool.borrowForWork();
        pool.borrowForWork();
    }

    @Test
    void longIdleConnectionsAreClosed() throws Exception {
        PhysicalConnection first = pool.borrowForWork();
        PhysicalConnection second = pool.borrowForWork();
        pool.giveBack(first);
        clock.addAndGet(OPTIONS.idleTimeout().toNanos());
        pool.giveBack(second);
        assertThat(database.closed).isZero();

        assertThat(pool.borrowForWork()).isSameAs(second);
        clock.addAndGet(1);
        pool.giveBack(second);
        assertThat(database.closed).isEqualTo(1);
    }

    @Test
    void whatTheApplicationSetIsPutBack() throws Exception {
        PhysicalConnection connection = pool.borrowForWork();
        connection.restoreLater("setSchema", c -> c.setSchema("first"));
        connection.restoreLater("setSchema", c -> c.setSchema("second"));
        pool.giveBack(connection);
        assertThat(database.calls).containsExactly("1 setSchema first");
    }

    @Test
    void whatCannotBePutBackIsClosed() throws Exception {
        PhysicalConnection connection = pool.borrowForWork();
        connection.restoreLater("setSchema", c -> {
            throw new SQLException("no such schema");
        });
        pool.giveBack(connection);
        assertThat(database.closed).isEqualTo(1);
    }

    @Test
    void theIsolationIsSetOnceForEachConnection() throws Exception {
        XaConnectionPool serializable = pool(OPTIONS.transactionIsolation(Connection.TRANSACTION_SERIALIZABLE));
        serializable.giveBack(serializable.borrowForWork());
        serializable.giveBack(serializable.borrowForWork());
        assertThat(database.calls).containsExactly("1 setTransactionIsolation 8");
    }

    @Test
    void aClosedPoolClosesWhatComesBack() throws Exception {
        PhysicalConnection borrowed = pool.borrowForWork();
        pool.giveBack(pool.borrowForWork());
        pool.close();
        assertThat(database.closed).isEqualTo(1);
        pool.giveBack(borrowed);
        assertThat(database.closed).isEqualTo(2);
        assertThatThrownBy(pool::borrowForWork).hasMessageContaining("closed");
    }

    @Test
    void optionsHaveBounds() {
        assertThatThrownBy(() -> OPTIONS.workConnections(0)).hasMessageContaining("1 to 1000");
        assertThatThrownBy(() -> OPTIONS.reservedConnections(0)).hasMessageContaining("reservedConnections");
        assertThatThrownBy(() -> OPTIONS.workConnections(1001)).isInstanceOf(IllegalArgumentException.class);
        OPTIONS.workConnections(1).workConnections(1000);
        assertThatThrownBy(() -> OPTIONS.joinTimeout(Duration.ZERO)).hasMessageContaining("joinTimeout");
        assertThatThrownBy(() -> OPTIONS.joinTimeout(Duration.ofDays(1).plusMillis(1)))
                .isInstanceOf(IllegalArgumentException.class);
        OPTIONS.joinTimeout(Duration.ofMillis(1)).joinTimeout(Duration.ofDays(1));
    }

    private XaConnectionPool pool(XaOptions options) {
        XaConnectionPool made = new XaConnectionPool(database.dataSource(), options, clock::get);
        made.onReconnect(reconnects::incrementAndGet);
        return made;
    }
}
