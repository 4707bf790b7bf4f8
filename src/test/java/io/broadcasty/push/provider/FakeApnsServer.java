package io.broadcasty.push.provider;

import com.eatthepath.pushy.apns.server.MockApnsServer;
import com.eatthepath.pushy.apns.server.MockApnsServerBuilder;
import com.eatthepath.pushy.apns.server.PushNotificationHandler;
import io.broadcasty.FreePorts;
import io.netty.channel.nio.NioEventLoopGroup;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;

/** A fake APNs, pushy's own, over HTTP/2 and TLS with {@link TestCertificate}. */
public final class FakeApnsServer implements AutoCloseable {

  private final NioEventLoopGroup threads = new NioEventLoopGroup(1, FakeApnsServer::daemon);
  private final MockApnsServer server;
  private final int port;

  /** Starts the server on a free port. */
  public FakeApnsServer(PushNotificationHandler handler) throws Exception {
    server =
        new MockApnsServerBuilder()
            .setServerCredentials(
                new X509Certificate[] {TestCertificate.shared().certificate()},
                TestCertificate.shared().key(),
                null)
            .setEventLoopGroup(threads)
            .setUseAlpn(true)
            .setHandlerFactory(session -> handler)
            .build();
    port = FreePorts.next();
    server.start(port).get(10, TimeUnit.SECONDS);
  }

  public int port() {
    return port;
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "fake-apns");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void close() throws Exception {
    server.shutdown().get(10, TimeUnit.SECONDS);
    threads.shutdownGracefully(0, 5, TimeUnit.SECONDS).get(10, TimeUnit.SECONDS);
  }
}
