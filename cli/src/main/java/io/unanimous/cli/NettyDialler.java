package io.unanimous.cli;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import java.util.concurrent.TimeUnit;

/**
 * Dials over TCP.
 *
 * <p>Chosen for a process that lives a moment. One thread of its own, over the JDK's sockets, which unpacks no native
 * library. And the thread is ended on closing: a JVM that exits while a thread sits in native code waits a third of a
 * second for it.
 */
final class NettyDialler implements Dialler {
    /** A watch whose peer vanished without a word finds out after this. The coordinator permits no less than 5. */
    private static final int KEEP_ALIVE_SECONDS = 30;

    private static final int EVENT_LOOP_STOP_MS = 250;

    @Override
    public Line dial(Endpoint endpoint) {
        EventLoopGroup eventLoop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        ManagedChannel channel = NettyChannelBuilder.forAddress(endpoint.host(), endpoint.port())
                .usePlaintext()
                .eventLoopGroup(eventLoop)
                .channelType(NioSocketChannel.class)
                .directExecutor()
                .disableServiceConfigLookUp()
                .proxyDetector(address -> null)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .userAgent("tx-admin/" + VersionCommand.version())
                .build();
        return new TcpLine(channel, eventLoop);
    }

    private record TcpLine(ManagedChannel channel, EventLoopGroup eventLoop) implements Line {
        @Override
        public void close() {
            channel.shutdownNow();
            eventLoop
                    .shutdownGracefully(0, EVENT_LOOP_STOP_MS, TimeUnit.MILLISECONDS)
                    .awaitUninterruptibly(EVENT_LOOP_STOP_MS);
        }
    }
}
