package io.unanimous.sim.explore;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Numbers for values: equal values have the same number, and the number gives the value back. Used by one thread. */
final class Interner<T> {

    private final Map<T, Integer> numbers = new HashMap<>();
    private final List<T> values = new ArrayList<>();

    /** The value's number; a new one for a value that was not seen before. */
    int number(T value) {
        Integer known = numbers.get(value);
        if (known != null) {
            return known;
        }
        int number = values.size();
        numbers.put(value, number);
        values.add(value);
        return number;
    }

    /** The value that has this number. */
    T value(int number) {
        return values.get(number);
    }

    int size() {
        return values.size();
    }
}
