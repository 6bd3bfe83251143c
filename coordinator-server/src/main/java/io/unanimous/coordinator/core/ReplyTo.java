package io.unanimous.coordinator.core;

/** The address of one waiting caller. The core keeps it and hands it back; only the edge looks inside. */
public interface ReplyTo {}
