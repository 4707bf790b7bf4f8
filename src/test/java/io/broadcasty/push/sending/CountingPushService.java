package io.broadcasty.push.sending;

import io.broadcasty.push.device.PushService;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.provider.FakeApnsServer;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fake push service for load tests, which accepts everything, costs little, and counts requests
 * by device: plain HTTP/1.1, or for APNs pushy's own server (HTTP/2 and TLS).
 */
@SuppressWarnings("ReferenceEquality") // the services are constants
final class CountingPushService {

  private static final int MAX_BODY_BYTES = 16 * 1024;
  private static final NioEventLoopGroup THREADS =
      new NioEventLoopGroup(
          1,
          task -> {
            Thread thread = new Thread(task, "counting-push-service");
            thread.setDaemon(true);
            return thread;
          });

  private final PushService service;
  private final Map<String, Integer> timesByDevice = new ConcurrentHashMap<>();
  private final AtomicInteger received = new AtomicInteger();
  private final long answerMillis;
  private volatile long lastNanos;
  private int port;

  private CountingPushService(PushService service, long answerMillis) {
    this.service = service;
    this.answerMillis = answerMillis;
  }

  /**
   * Starts the server.
   *
   * @param answerMillis the delay of each reply; APNs replies at once
   */
  static CountingPushService start(PushService service, long answerMillis) throws Exception {
    CountingPushService standIn = new CountingPushService(service, answerMillis);
    if (service == SamplePushServices.APNS) {
      standIn.serveApns();
    } else {
      standIn.serveHttp();
    }
    return standIn;
  }

  PushService service() {
    return service;
  }

  int port() {
    return port;
  }

  /** Returns how many notifications arrived since {@link #reset}. */
  int received() {
    return received.get();
  }

  /** Returns when the last notification arrived, by {@link System#nanoTime}. */
  long lastNanos() {
    return lastNanos;
  }

  /** Returns how often each device was sent to since {@link #reset}. */
  Map<String, Integer> timesByDevice() {
    return timesByDevice;
  }

  void reset() {
    timesByDevice.clear();
    received.set(0);
  }

  private void took(String device) {
    timesByDevice.merge(device, 1, Integer::sum);
    lastNanos = System.nanoTime();
    received.incrementAndGet();
  }

  private void serveApns() throws Exception {
    port =
        new FakeApnsServer(
                (headers, payload) ->
                    took(String.valueOf(headers.path()).substring("/3/device/".length())))
            .port(); // runs as long as this process
  }

  private void serveHttp() throws InterruptedException {
    Channel listening =
        new ServerBootstrap()
            .group(THREADS)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new HttpServerCodec(),
                            new HttpObjectAggregator(MAX_BODY_BYTES),
                            new Answering());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
    port = ((InetSocketAddress) listening.localAddress()).getPort();
  }

  private final class Answering extends SimpleChannelInboundHandler<FullHttpRequest> {

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
      if (request.uri().equals("/token")) {
        answer(context, 200, "{\"access_token\":\"t\",\"expires_in\":3600}");
        return;
      }
      String body = request.content().toString(StandardCharsets.UTF_8);
      switch (service.name()) {
        case "webpush" -> took(request.uri().substring(1));
        case "fcm" -> took(between(body, "\"token\":\"", '"'));
        default -> took(between(body, "\"include_subscription_ids\":[\"", '"'));
      }
      Runnable answers =
          () ->
              answer(
                  context,
                  service == SamplePushServices.WEB_PUSH ? 201 : 200,
                  service == SamplePushServices.FCM ? "{\"name\":\"m\"}" : "{\"id\":\"m\"}");
      if (answerMillis == 0) {
        answers.run();
      } else {
        var unused = context.executor().schedule(answers, answerMillis, TimeUnit.MILLISECONDS);
      }
    }

    private void answer(ChannelHandlerContext context, int status, String json) {
      ByteBuf body = Unpooled.copiedBuffer(json, StandardCharsets.UTF_8);
      DefaultFullHttpResponse response =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), body);
      response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
      var unused = context.writeAndFlush(response);
    }

    /** Ignores the broken connection of a server that was killed. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      var unused = context.close();
    }

    private static String between(String text, String before, char after) {
      int start = text.indexOf(before) + before.length();
      return text.substring(start, text.indexOf(after, start));
    }
  }
}
