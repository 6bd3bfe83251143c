package io.unanimous.sdk.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unanimous.sdk.BranchId;
import java.nio.charset.StandardCharsets;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.Test;

class BranchXidTest {

    private static final BranchId BRANCH = new BranchId(TestIds.transaction(7), "ledger-db/a1b2c3d4");

    @Test
    void carriesTheNamesAsTheyAreInAscii() {
        BranchXid xid = new BranchXid(BRANCH);

        assertThat(xid.getFormatId()).isEqualTo(0x554E414E);
        assertThat(xid.getGlobalTransactionId())
                .isEqualTo(BRANCH.transactionId().getBytes(StandardCharsets.US_ASCII))
                .hasSize(60);
        assertThat(xid.getBranchQualifier()).isEqualTo("ledger-db/a1b2c3d4".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void theLongestNamesFitIntoWhatXaAllows() {
        BranchXid xid = new BranchXid(new BranchId(TestIds.transaction(7), "r".repeat(32) + "/" + "s".repeat(16)));

        assertThat(xid.getGlobalTransactionId()).hasSizeLessThanOrEqualTo(Xid.MAXGTRIDSIZE);
        assertThat(xid.getBranchQualifier()).hasSizeLessThanOrEqualTo(Xid.MAXBQUALSIZE);
    }

    @Test
    void comesBackFromAScanAsItWas() {
        assertThat(BranchXid.scanned(new BranchXid(BRANCH), "ledger-db")).contains(new BranchXid(BRANCH));
    }

    @Test
    void theSessionFollowsTheNamesAndComesBack() {
        BranchXid xid = new BranchXid(BRANCH, "3e7q0");

        assertThat(new String(xid.getBranchQualifier(), StandardCharsets.US_ASCII))
                .isEqualTo("ledger-db/a1b2c3d4~3e7q0");
        BranchXid scanned = BranchXid.scanned(xid, "ledger-db").orElseThrow();
        assertThat(scanned).isEqualTo(xid);
        assertThat(scanned.id()).isEqualTo(BRANCH);
        assertThat(scanned.session()).isEqualTo("3e7q0");
        assertThat(xid).isNotEqualTo(new BranchXid(BRANCH));
    }

    @Test
    void aSessionHasItsLimit() {
        BranchXid longest = new BranchXid(
                new BranchId(TestIds.transaction(7), "r".repeat(32) + "/" + "s".repeat(16)),
                "z".repeat(BranchXid.SESSION_LENGTH_MAX));

        assertThat(longest.getBranchQualifier()).hasSizeLessThanOrEqualTo(Xid.MAXBQUALSIZE);
        assertThatThrownBy(() -> new BranchXid(BRANCH, "z".repeat(BranchXid.SESSION_LENGTH_MAX + 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BranchXid(BRANCH, "Z")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aScanLeavesOutWhatIsNotOurs() {
        assertThat(BranchXid.scanned(new BranchXid(BRANCH), "ledger")).isEmpty();
        assertThat(BranchXid.scanned(new BranchXid(BRANCH), "ledger-db2")).isEmpty();
        assertThat(BranchXid.scanned(xid(131077, BRANCH.transactionId(), BRANCH.branch()), "ledger-db"))
                .isEmpty();
        assertThat(BranchXid.scanned(xid(BranchXid.FORMAT_ID, "rubbish", BRANCH.branch()), "ledger-db"))
                .isEmpty();
        assertThat(BranchXid.scanned(xid(BranchXid.FORMAT_ID, BRANCH.transactionId(), "ledger-db/A"), "ledger-db"))
                .isEmpty();
        for (String rubbish : new String[] {"~", "~A", "~1~2", "~" + "1".repeat(14)}) {
            assertThat(BranchXid.scanned(
                            xid(BranchXid.FORMAT_ID, BRANCH.transactionId(), BRANCH.branch() + rubbish), "ledger-db"))
                    .as(rubbish)
                    .isEmpty();
        }
    }

    @Test
    void equalsADriversOwnXid() {
        Xid drivers = xid(BranchXid.FORMAT_ID, BRANCH.transactionId(), BRANCH.branch());

        assertThat(new BranchXid(BRANCH).equals(drivers)).isTrue();
        assertThat(new BranchXid(BRANCH)).isEqualTo(new BranchXid(BRANCH)).hasSameHashCodeAs(new BranchXid(BRANCH));
        assertThat(new BranchXid(BRANCH).equals(xid(1, BRANCH.transactionId(), BRANCH.branch())))
                .isFalse();
    }

    private static Xid xid(int formatId, String gtrid, String bqual) {
        return new Xid() {
            @Override
            public int getFormatId() {
                return formatId;
            }

            @Override
            public byte[] getGlobalTransactionId() {
                return gtrid.getBytes(StandardCharsets.US_ASCII);
            }

            @Override
            public byte[] getBranchQualifier() {
                return bqual.getBytes(StandardCharsets.US_ASCII);
            }
        };
    }
}
