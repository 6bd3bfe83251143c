package io.unanimous.examples.bank;

import java.util.random.RandomGenerator;

/**
 * Money that moves between an account of ledger A and one of ledger B.
 *
 * @param number numbers the transfer from 1; carried out at most once, whatever goes wrong
 * @param accountA the account in ledger A
 * @param accountB the account in ledger B
 * @param amount what account A pays to account B, in cents; negative when B pays
 */
public record Transfer(long number, int accountA, int accountB, long amount) {

    /** Every so many transfers one comes with a seat. */
    public static final int TRANSFERS_PER_SEAT = 10;

    /** Transfers of this many cents and more are beyond what any account holds: made to be refused. */
    public static final long AMOUNT_REFUSED = 100_000_000_00L;

    private static final int TRANSFERS_PER_REFUSED = 25;
    private static final int AMOUNT_MAX = 50_00;

    /** A transfer with random accounts, amount and direction; one in 25 is for more money than there is. */
    public static Transfer random(long number, int accounts, RandomGenerator random) {
        long amount = random.nextInt(TRANSFERS_PER_REFUSED) == 0 ? AMOUNT_REFUSED : random.nextLong(1, AMOUNT_MAX + 1L);
        return new Transfer(
                number, random.nextInt(accounts), random.nextInt(accounts), random.nextBoolean() ? amount : -amount);
    }

    /** Whether the transfer reserves a seat too. */
    public boolean withSeat() {
        return number % TRANSFERS_PER_SEAT == 0;
    }
}
