package io.broadcasty.push.apns;

import com.eatthepath.pushy.apns.ApnsClient;
import com.eatthepath.pushy.apns.ApnsClientBuilder;
import com.eatthepath.pushy.apns.PushNotificationResponse;
import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.http.CallFailure;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.InvalidDeviceException;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.provider.Dispatch;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.ProviderResponse;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.provider.ResponseTimeouts;
import io.netty.channel.nio.NioEventLoopGroup;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * Sends through APNs with the library pushy, which keeps the connection and renews the provider's
 * token.
 *
 * @see <a href="https://developer.apple.com/documentation/usernotifications">User Notifications</a>
 */
@ThreadSafe
public final class ApnsProvider implements PushProvider {

  static final PushService SERVICE = new PushService("apns");

  private static final System.Logger LOG = System.getLogger(ApnsProvider.class.getName());
  private static final int MAX_BYTES = 4096;
  private static final int CLOSE_SECONDS = 3;
  private static final UUID SOME_ID = new UUID(0, 0);

  private final ApnsSettings settings;
  private final WallClock clock;
  private final ResponseTimeouts timeouts;
  private final NioEventLoopGroup threads;
  private final ApnsClientBuilder builder;
  private final Ticker ticker = Ticker.system();

  private volatile ApnsClient client;

  @GuardedBy("this")
  private long connectedNanos;

  /**
   * Creates the client; it connects when it sends first.
   *
   * @param threads makes the provider's threads; the one that speaks to APNs lives until {@link
   *     #close}
   * @throws IllegalArgumentException when TLS is not possible with these settings
   */
  public ApnsProvider(ApnsSettings settings, WallClock clock, ThreadFactory threads) {
    this.settings = settings;
    this.clock = clock;
    this.timeouts = new ResponseTimeouts(settings.timeout(), threads);
    this.threads = new NioEventLoopGroup(1, threads);
    this.builder =
        new ApnsClientBuilder()
            .setApnsServer(settings.host(), settings.port())
            .setSigningKey(settings.key())
            .setEventLoopGroup(this.threads)
            .setConnectionTimeout(settings.timeout())
            .setGracefulShutdownTimeout(Duration.ofSeconds(CLOSE_SECONDS));
    if (settings.trusted() != null) {
      builder.setTrustedServerCertificateChain(settings.trusted());
    }
    try {
      this.client = builder.build();
      this.connectedNanos = ticker.readNanos();
    } catch (SSLException e) {
      var unused = this.threads.shutdownGracefully();
      throw new IllegalArgumentException("TLS to APNs is not possible with these settings", e);
    }
  }

  @Override
  public PushService service() {
    return SERVICE;
  }

  @Override
  public Duration timeout() {
    return settings.timeout();
  }

  @Override
  public void validate(DeviceAddress device) throws InvalidDeviceException {
    if (!device.token().matches("([0-9a-fA-F]{2}){32,100}")) {
      throw new InvalidDeviceException(
          "a device token of APNs is expected: its bytes in hexadecimal, 64 digits or more");
    }
  }

  @Override
  public int excessBytes(Notification notification) {
    return ApnsMessage.payload(SOME_ID, notification).getBytes(StandardCharsets.UTF_8).length
        - MAX_BYTES;
  }

  @Override
  public CompletionStage<ProviderResponse> send(Dispatch dispatch) {
    if (excessBytes(dispatch.notification()) > 0) {
      return CompletableFuture.completedFuture(
          new ProviderResponse.Rejected("the notification is longer than " + MAX_BYTES + " bytes"));
    }
    ApnsClient used = client;
    CompletableFuture<ProviderResponse> sent =
        used.sendNotification(ApnsMessage.of(dispatch, settings.topic(), clock.now()))
            .handle(
                (response, thrown) -> response == null ? toRetry(thrown) : toResponse(response));
    return timeouts
        .withTimeout(sent)
        .whenComplete(
            (response, thrown) -> {
              if (!sent.isDone()) {
                leave(used);
              }
            });
  }

  /**
   * Leaves the connection behind on which APNs did not answer in time, for it may be silent for
   * long; the next dispatch opens another. What waits on it may still be answered.
   */
  @SuppressWarnings("ReferenceEquality") // the same client, not an equal one
  private synchronized void leave(ApnsClient used) {
    long now = ticker.readNanos();
    if (client != used || now - connectedNanos < settings.timeout().toNanos()) {
      return;
    }
    try {
      client = builder.build();
      connectedNanos = now;
      var unused =
          threads.schedule(
              () -> disconnect(used), settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (SSLException | RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "Cannot connect to APNs anew", e);
    }
  }

  private static void disconnect(ApnsClient left) {
    var unused = left.close();
  }

  private static ProviderResponse toResponse(PushNotificationResponse<?> response) {
    if (response.isAccepted()) {
      return new ProviderResponse.Accepted(response.getApnsId().toString());
    }
    return toResponse(
        response.getStatusCode(),
        response.getRejectionReason().orElse(""),
        response.getTokenInvalidationTimestamp().map(Instant::toEpochMilli).orElse(Long.MAX_VALUE));
  }

  /** Maps Apple's reasons to what they mean for the device and the configuration. */
  static ProviderResponse toResponse(int status, String rejection, long invalidSinceMillis) {
    String reason =
        ("APNs answered " + status + " " + (rejection.matches("[A-Za-z]{1,60}") ? rejection : ""))
            .strip();
    return switch (rejection) {
      case "Unregistered", "ExpiredToken" ->
          new ProviderResponse.Unregistered(reason, invalidSinceMillis);
      case "BadDeviceToken" ->
          new ProviderResponse.Mismatched(
              reason + ": the device token is bad, or of the other environment",
              ApnsSettings.SANDBOX_KEY);
      case "DeviceTokenNotForTopic" ->
          new ProviderResponse.Mismatched(
              reason + ": the device token is of another app", ApnsSettings.TOPIC);
      case "TopicDisallowed", "MissingTopic", "BadTopic", "InvalidPushType" ->
          new ProviderResponse.Misconfigured(reason, ApnsSettings.TOPIC);
      case "ExpiredProviderToken" ->
          new ProviderResponse.Retry(reason, null); // pushy makes a new connection and token
      default -> byStatus(status, reason, invalidSinceMillis);
    };
  }

  private static ProviderResponse byStatus(int status, String reason, long invalidSinceMillis) {
    if (status == 429 || status >= 500) {
      return new ProviderResponse.Retry(reason, null);
    }
    return switch (status) {
      case 403 ->
          new ProviderResponse.Misconfigured(
              reason + ": the key, its id or the team's is not right", ApnsSettings.KEY);
      case 410 -> new ProviderResponse.Unregistered(reason, invalidSinceMillis);
      default -> new ProviderResponse.Rejected(reason);
    };
  }

  private static ProviderResponse toRetry(Throwable thrown) {
    Throwable cause = CallFailure.unwrap(thrown);
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof SSLException) {
        return new ProviderResponse.Retry(
            "no TLS connection: APNs' certificate is not trusted, or it speaks no TLS",
            null,
            cause);
      }
    }
    return new ProviderResponse.Retry("APNs cannot be reached", null, cause);
  }

  /** {@inheritDoc} Waits briefly for dispatches in flight. */
  @Override
  public void close() {
    try {
      client.close().get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.log(Level.DEBUG, "Connections to APNs did not close in time", e);
    } finally {
      var unused = threads.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
    }
  }
}
