package io.broadcasty.push.webpush;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.http.AllowedHosts;
import io.broadcasty.core.http.EndpointGuard;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.InvalidDeviceException;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.provider.CollapseKeys;
import io.broadcasty.push.provider.Dispatch;
import io.broadcasty.push.provider.HttpReply;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.ProviderResponse;
import io.broadcasty.push.provider.PushHttpClient;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.provider.ServiceText;
import io.broadcasty.push.webpush.VapidKeys.Base64Url;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sends to browsers by Web Push, through the push service that each browser has chosen.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8030">RFC 8030</a>
 */
@ThreadSafe
public final class WebPushProvider implements PushProvider {

  static final PushService SERVICE = new PushService("webpush");

  private static final int AUTH_BYTES = 16;

  /**
   * What a service calls the identity of the sender that it does not take, in the body of a 400.
   */
  private static final Pattern IDENTITY =
      Pattern.compile("vapid|jwt|unauthorized", Pattern.CASE_INSENSITIVE);

  private static final UUID SOME_ID = new UUID(0, 0);

  /** The most concurrent DNS lookups; a high number, so that slow ones delay few others. */
  public static final int MAX_LOOKUPS = 32;

  private final String clientKey;
  private final EndpointValidator endpoints;
  private final VapidTokens tokens;
  private final MessageEncryption encryption = new MessageEncryption();
  private final PushHttpClient http;
  private final ThreadPoolExecutor lookups;

  /**
   * Creates the provider.
   *
   * @param threads makes the provider's threads, which end when they are idle
   */
  public WebPushProvider(WebPushSettings settings, WallClock clock, ThreadFactory threads) {
    this(settings, clock, threads, EndpointGuard.Resolver.system());
  }

  WebPushProvider(
      WebPushSettings settings,
      WallClock clock,
      ThreadFactory threads,
      EndpointGuard.Resolver resolver) {
    this.clientKey = settings.keys().publicKeyText();
    this.endpoints = new EndpointValidator(new AllowedHosts(settings.allowedHosts()), resolver);
    this.tokens = new VapidTokens(settings.keys(), settings.subject(), clock);
    this.http = new PushHttpClient(settings.timeout(), clock, threads);
    this.lookups =
        new ThreadPoolExecutor(
            MAX_LOOKUPS, MAX_LOOKUPS, 2, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
    lookups.allowCoreThreadTimeOut(true);
  }

  @Override
  public PushService service() {
    return SERVICE;
  }

  @Override
  public String clientKey() {
    return clientKey;
  }

  @Override
  public Duration timeout() {
    return http.timeout();
  }

  /** {@inheritDoc} Resolves the endpoint's host, which may block for some seconds. */
  @Override
  public void validate(DeviceAddress device) throws InvalidDeviceException {
    Receiver.of(device);
    try {
      endpoints.requirePublicAddress(endpoints.parse(device.token()));
    } catch (UnknownHostException e) {
      throw new InvalidDeviceException("the endpoint's host cannot be resolved");
    }
  }

  @Override
  public int excessBytes(Notification notification) {
    return WebPushPayload.bytes(SOME_ID, notification).length
        - MessageEncryption.MAX_PLAINTEXT_BYTES;
  }

  @Override
  public String origin(DeviceAddress device) {
    try {
      return AllowedHosts.origin(endpoints.parse(device.token()));
    } catch (InvalidDeviceException e) {
      return ""; // it will be rejected without being sent
    }
  }

  @Override
  public boolean expectsOrigin(String origin) {
    return origin.isEmpty() || endpoints.expects(URI.create(origin));
  }

  @Override
  public CompletionStage<ProviderResponse> send(Dispatch dispatch) {
    Receiver receiver;
    URI endpoint;
    try {
      receiver = Receiver.of(dispatch.device());
      endpoint = endpoints.parse(dispatch.device().token());
    } catch (InvalidDeviceException e) {
      return CompletableFuture.completedFuture(
          new ProviderResponse.Rejected(String.valueOf(e.getMessage())));
    }
    byte[] payload = WebPushPayload.bytes(dispatch.id(), dispatch.notification());
    if (payload.length > MessageEncryption.MAX_PLAINTEXT_BYTES) {
      return CompletableFuture.completedFuture(
          new ProviderResponse.Rejected(
              "the notification is longer than "
                  + MessageEncryption.MAX_PLAINTEXT_BYTES
                  + " bytes"));
    }
    return http.withTimeout(
        CompletableFuture.supplyAsync(() -> refusal(endpoint), lookups)
            .thenComposeAsync(
                refusal ->
                    refusal == null
                        ? http.exchange(
                            request(dispatch, endpoint, receiver, payload),
                            reply -> toResponse(reply, endpoint))
                        : CompletableFuture.completedFuture(refusal),
                http.executor()));
  }

  private @Nullable ProviderResponse refusal(URI endpoint) {
    try {
      endpoints.requirePublicAddress(endpoint);
      return null;
    } catch (InvalidDeviceException e) {
      return new ProviderResponse.Rejected(String.valueOf(e.getMessage()));
    } catch (UnknownHostException e) {
      return new ProviderResponse.Retry("the push service's host cannot be resolved", null);
    }
  }

  private HttpRequest request(Dispatch dispatch, URI endpoint, Receiver receiver, byte[] payload) {
    Notification notification = dispatch.notification();
    byte[] body;
    try {
      body = encryption.encrypt(payload, receiver.publicKey(), receiver.authSecret());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot encrypt a notification", e);
    }
    HttpRequest.Builder request =
        PushHttpClient.request(endpoint)
            .header("TTL", Long.toString(Math.max(0, dispatch.remainingMillis()) / 1000))
            .header("Urgency", notification.urgency().wireName())
            .header("Content-Encoding", "aes128gcm")
            .header("Content-Type", "application/octet-stream")
            .header("Authorization", tokens.authorization(AllowedHosts.origin(endpoint)))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (notification.collapseKey() != null) {
      request.header("Topic", CollapseKeys.topic(notification.collapseKey()));
    }
    return request.build();
  }

  private static ProviderResponse toResponse(HttpReply reply, URI endpoint) {
    int status = reply.status();
    if (status >= 200 && status < 300) {
      return new ProviderResponse.Accepted(null);
    }
    String reason = "the push service answered " + status;
    if (reply.isTemporary()) {
      return reply.toRetry(reason);
    }
    return switch (status) {
      case 404, 410 -> new ProviderResponse.Unregistered(reason, Long.MAX_VALUE);
      case 401, 403 -> mismatched(reason);
      case 400 ->
          IDENTITY.matcher(new String(reply.body(), StandardCharsets.UTF_8)).find()
              ? mismatched(reason)
              : new ProviderResponse.Rejected(quoting(reason, reply, endpoint));
      case 413 -> new ProviderResponse.Rejected(reason + ": the notification is too long");
      default -> new ProviderResponse.Rejected(quoting(reason, reply, endpoint));
    };
  }

  /** Adds the service's words without the endpoint, which is a secret. */
  private static String quoting(String reason, HttpReply reply, URI endpoint) {
    String path = endpoint.getRawPath() == null ? "" : endpoint.getRawPath();
    String last = path.substring(path.lastIndexOf('/') + 1);
    return ServiceText.append(
        reason,
        new String(reply.body(), StandardCharsets.UTF_8),
        List.of(endpoint.toString(), path.length() > 1 ? path : "", last));
  }

  private static ProviderResponse mismatched(String reason) {
    return new ProviderResponse.Mismatched(
        reason
            + ": the subscription was made with another VAPID key, or the service does not take the"
            + " subject (broadcasty.push.webpush.vapid-subject)",
        WebPushSettings.KEYS);
  }

  @Override
  public void close() {
    http.close();
  }

  /** The keys of a subscription. */
  private record Receiver(ECPublicKey publicKey, byte[] authSecret) {

    static Receiver of(DeviceAddress device) throws InvalidDeviceException {
      if (device.publicKey() == null || device.authSecret() == null) {
        throw new InvalidDeviceException(
            "keys.p256dh and keys.auth are missing; send what PushSubscription.toJSON() gives");
      }
      byte[] secret;
      try {
        secret = Base64Url.decode(device.authSecret());
      } catch (IllegalArgumentException e) {
        throw new InvalidDeviceException("keys.auth: " + e.getMessage());
      }
      if (secret.length != AUTH_BYTES) {
        throw new InvalidDeviceException("keys.auth must be 16 bytes in base64url");
      }
      try {
        return new Receiver(P256.publicKey(Base64Url.decode(device.publicKey())), secret);
      } catch (IllegalArgumentException e) {
        throw new InvalidDeviceException("keys.p256dh: " + e.getMessage());
      }
    }
  }
}
