package io.unanimous.it;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * In a process that is to be killed: says {@code CRASHPOINT name} where an armed point is reached, and holds that thread
 * there for ever, so that whoever reads it can kill the process exactly there.
 */
final class ArmedPoints<P extends Enum<P>> {

    private final Set<P> armed = ConcurrentHashMap.newKeySet();

    void arm(P point) {
        armed.add(point);
    }

    void reached(P point) {
        if (armed.contains(point)) {
            System.out.println("CRASHPOINT " + point);
            System.out.flush();
            holdForEver();
        }
    }

    private static void holdForEver() {
        CountDownLatch never = new CountDownLatch(1);
        while (true) {
            try {
                never.await();
            } catch (InterruptedException ignored) {
                continue;
            }
        }
    }
}
