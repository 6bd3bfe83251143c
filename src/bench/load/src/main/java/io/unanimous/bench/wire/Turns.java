package io.unanimous.bench.wire;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The one network thread of a process of the floor, and what it does at the end of a turn: once all that one read brought
 * has been taken, what was gathered meanwhile goes out.
 */
public final class Turns {

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    private final AtomicBoolean due = new AtomicBoolean();
    private final Runnable end;

    /** A thread that does this at the end of each turn. */
    public Turns(Runnable end) {
        this.end = end;
    }

    /** Ends the turn soon; from any thread. */
    public void endSoon() {
        if (due.compareAndSet(false, true)) {
            loop.execute(() -> {
                due.set(false);
                end.run();
            });
        }
    }

    /** Ends the thread soon. */
    public void close() {
        var unused = loop.shutdownGracefully();
    }

    /** The thread. */
    public EventLoopGroup loop() {
        return loop;
    }

    /** What a channel on it is made of. */
    public static Class<? extends Channel> clientChannel() {
        return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /** What a server on it is made of. */
    public static Class<? extends ServerChannel> serverChannel() {
        return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }
}
