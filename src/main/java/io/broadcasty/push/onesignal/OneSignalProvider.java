package io.broadcasty.push.onesignal;

import com.google.errorprone.annotations.ThreadSafe;
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
import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadFactory;

/**
 * Sends through OneSignal, which detects a repeated dispatch by its id and drops it.
 *
 * @see <a href="https://documentation.onesignal.com/reference/push-notification">Push
 *     notification</a>
 */
@ThreadSafe
public final class OneSignalProvider implements PushProvider {

  static final PushService SERVICE = new PushService("onesignal");

  private static final int MAX_BYTES = 4096;

  private final OneSignalSettings settings;
  private final PushHttpClient http;

  /**
   * Creates the provider.
   *
   * @param threads makes the provider's threads, which end when they are idle
   */
  public OneSignalProvider(OneSignalSettings settings, WallClock clock, ThreadFactory threads) {
    this.settings = settings;
    this.http = new PushHttpClient(settings.timeout(), clock, threads);
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
    if (!device.token().matches("[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")) {
      throw new InvalidDeviceException(
          "a subscription id of OneSignal is expected, a UUID: what"
              + " OneSignal.User.PushSubscription.id gives");
    }
  }

  @Override
  public int excessBytes(Notification notification) {
    return OneSignalMessage.contentBytes(notification) - MAX_BYTES;
  }

  @Override
  public CompletionStage<ProviderResponse> send(Dispatch dispatch) {
    if (excessBytes(dispatch.notification()) > 0) {
      return CompletableFuture.completedFuture(
          new ProviderResponse.Rejected("the notification is longer than " + MAX_BYTES + " bytes"));
    }
    HttpRequest request =
        PushHttpClient.request(settings.sendUri())
            .header("Authorization", "Key " + settings.apiKey())
            .header("Content-Type", "application/json; charset=utf-8")
            .POST(
                HttpRequest.BodyPublishers.ofByteArray(
                    OneSignalMessage.bytes(settings.appId(), dispatch)))
            .build();
    String device = dispatch.device().token();
    return http.exchange(request, reply -> toResponse(reply, device));
  }

  private static ProviderResponse toResponse(HttpReply reply, String device) {
    int status = reply.status();
    String reason = "OneSignal answered " + status;
    if (reply.isTemporary()) {
      return reply.toRetry(reason);
    }
    OneSignalReply parsed;
    try {
      parsed = OneSignalReply.parse(reply.body());
    } catch (IOException e) {
      return status == 200
          ? new ProviderResponse.Retry(reason + " and something that is not JSON", null)
          : byStatus(status, reason, "", reason);
    }
    if (parsed.invalid().stream().anyMatch(device::equalsIgnoreCase)) {
      return mismatched(reason + ": the app does not know the subscription");
    }
    String full = ServiceText.append(reason, String.join("; ", parsed.errors()), List.of(device));
    String errors = String.join(" ", parsed.errors()).toLowerCase(Locale.ROOT);
    if (status != 200) {
      return byStatus(status, reason, errors, full);
    }
    if (!parsed.id().isEmpty()) {
      return new ProviderResponse.Accepted(parsed.id());
    }
    return errors.isEmpty() || errors.contains("not subscribed")
        ? mismatched(reason + ", nothing sent: the device is not subscribed to the app")
        : new ProviderResponse.Rejected(
            ServiceText.append(
                reason + ", nothing sent", String.join("; ", parsed.errors()), List.of(device)));
  }

  /** With another app id every subscription is unknown, so this is no proof that one is gone. */
  private static ProviderResponse mismatched(String reason) {
    return new ProviderResponse.Mismatched(reason, OneSignalSettings.APP_ID);
  }

  private static ProviderResponse byStatus(int status, String reason, String errors, String full) {
    if (status == 401 || status == 403) {
      return new ProviderResponse.Misconfigured(
          reason + ": the API key is not taken", OneSignalSettings.API_KEY);
    }
    if (status == 404) {
      return new ProviderResponse.Misconfigured(
          reason + ": the address is not that of the API", OneSignalSettings.BASE_URL);
    }
    if (errors.contains("app_id")) {
      return new ProviderResponse.Misconfigured(
          reason + ": the app id is not known", OneSignalSettings.APP_ID);
    }
    return new ProviderResponse.Rejected(full);
  }

  @Override
  public void close() {
    http.close();
  }
}
