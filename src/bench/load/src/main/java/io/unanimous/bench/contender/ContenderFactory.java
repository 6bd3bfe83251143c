package io.unanimous.bench.contender;

/** Starts a contender; a public class with a public constructor without arguments, named to the worker. */
public interface ContenderFactory {

    /** Starts it, and returns when it takes load. */
    Contender start(Setting setting) throws Exception;
}
