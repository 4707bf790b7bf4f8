package io.broadcasty.push.fcm;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.InvalidDeviceException;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.provider.Dispatch;
import io.broadcasty.push.provider.HttpReply;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.ProviderResponse;
import io.broadcasty.push.provider.PushHttpClient;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.provider.ServiceText;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sends through Firebase Cloud Messaging (FCM), by its HTTP v1 API.
 *
 * @see <a
 *     href="https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send">projects.messages.send</a>
 */
@ThreadSafe
public final class FcmProvider implements PushProvider {

  static final PushService SERVICE = new PushService("fcm");

  private static final int MAX_BYTES = 4096;
  private static final int MAX_NAME = 50;
  private static final Duration QUOTA_PAUSE = Duration.ofMinutes(1);

  private final URI sendUri;
  private final PushHttpClient http;
  private final AccessTokens tokens;

  /**
   * Creates the provider.
   *
   * @param threads makes the provider's threads, which end when they are idle
   */
  public FcmProvider(FcmSettings settings, Ticker ticker, WallClock clock, ThreadFactory threads) {
    this.sendUri = settings.sendUri();
    this.http = new PushHttpClient(settings.timeout(), clock, threads);
    this.tokens = new AccessTokens(settings.account(), http, ticker, clock);
  }

  @Override
  public PushService service() {
    return SERVICE;
  }

  @Override
  public Duration timeout() {
    return http.timeout();
  }

  @Override
  public void validate(DeviceAddress device) throws InvalidDeviceException {
    if (!device.token().matches("[A-Za-z0-9:_.-]{20,4096}")) {
      throw new InvalidDeviceException(
          "a registration token of FCM is expected: what getToken() gives, 20 characters or more,"
              + " letters, digits and : _ . - only");
    }
  }

  @Override
  public int excessBytes(Notification notification) {
    return FcmMessage.contentBytes(notification) - MAX_BYTES;
  }

  @Override
  public @Nullable String objection(Notification notification) {
    String name = FcmMessage.reservedName(notification);
    return name == null
        ? null
        : "`notification.data` has the name `"
            + (name.length() > MAX_NAME ? name.substring(0, MAX_NAME) + "…" : name)
            + "`, which FCM reserves: from, message_type, and what begins with google. or gcm.";
  }

  @Override
  public CompletionStage<ProviderResponse> send(Dispatch dispatch) {
    String objection = objection(dispatch.notification());
    if (objection != null) {
      return CompletableFuture.completedFuture(new ProviderResponse.Rejected(objection));
    }
    if (excessBytes(dispatch.notification()) > 0) {
      return CompletableFuture.completedFuture(
          new ProviderResponse.Rejected("the notification is longer than " + MAX_BYTES + " bytes"));
    }
    return http.withTimeout(tokens.get().thenCompose(answer -> send(dispatch, answer)));
  }

  private CompletableFuture<ProviderResponse> send(
      Dispatch dispatch, AccessTokens.TokenResult answer) {
    if (answer instanceof AccessTokens.Refused refused) {
      return CompletableFuture.completedFuture(refused.outcome());
    }
    String token = ((AccessTokens.Granted) answer).token();
    HttpRequest request =
        PushHttpClient.request(sendUri)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json; charset=utf-8")
            .POST(HttpRequest.BodyPublishers.ofByteArray(FcmMessage.bytes(dispatch)))
            .build();
    return http.exchange(
        request,
        reply -> {
          if (reply.status() == 401) {
            tokens.invalidate(token);
          }
          return toResponse(reply, List.of(dispatch.device().token(), token));
        });
  }

  private static ProviderResponse toResponse(HttpReply reply, List<String> secrets) {
    int status = reply.status();
    if (status == 200) {
      return new ProviderResponse.Accepted(FcmMessageName.parse(reply.body()));
    }
    FcmError error = FcmError.parse(reply.body());
    String code = error.code() == null ? "" : error.code();
    String reason = "FCM answered " + (status + " " + code).strip();
    if (reply.isTemporary()) {
      ProviderResponse.Retry retry = reply.toRetry(reason);
      return status == 429 && retry.after() == null
          ? new ProviderResponse.Retry(reason, QUOTA_PAUSE)
          : retry;
    }
    return switch (code) {
      case "UNREGISTERED" -> new ProviderResponse.Unregistered(reason, Long.MAX_VALUE);
      case "SENDER_ID_MISMATCH" ->
          mismatched(reason + ": the device was registered with another project");
      case "INVALID_ARGUMENT" ->
          error.aboutToken()
              ? mismatched(reason + ": the registration token is invalid")
              : new ProviderResponse.Rejected(ServiceText.append(reason, error.message(), secrets));
      case "THIRD_PARTY_AUTH_ERROR" ->
          // concerns the project's Apple devices and browsers only: the others are accepted
          mismatched(
              reason
                  + ": the project's APNs or Web Push credentials in the Firebase console are not"
                  + " right");
      default -> byStatus(status, reason, ServiceText.append(reason, error.message(), secrets));
    };
  }

  private static ProviderResponse byStatus(int status, String reason, String full) {
    return switch (status) {
      case 401 -> misconfigured(reason + ": the access token is not taken");
      case 403 -> misconfigured(reason + ": the service account may not send");
      case 404 -> misconfigured(reason + ": there is no such project");
      default -> new ProviderResponse.Rejected(full);
    };
  }

  private static ProviderResponse mismatched(String reason) {
    return new ProviderResponse.Mismatched(reason, FcmSettings.ACCOUNT);
  }

  private static ProviderResponse misconfigured(String reason) {
    return new ProviderResponse.Misconfigured(reason, FcmSettings.ACCOUNT);
  }

  @Override
  public void close() {
    http.close();
  }
}
