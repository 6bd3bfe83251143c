package io.unanimous.bench.growth;

/** Hears how far something long has come, every few seconds. */
@FunctionalInterface
interface Progress {

    /** So many are done, of at most so many. */
    void at(long done, long of);
}
