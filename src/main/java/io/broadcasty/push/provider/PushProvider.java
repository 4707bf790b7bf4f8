package io.broadcasty.push.provider;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.InvalidDeviceException;
import io.broadcasty.push.device.PushService;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sends notifications through one push service. Implement it, with a {@link PushProviderFactory},
 * to add a service.
 *
 * <p>The constructor takes the credentials and checks them as far as that is possible without the
 * service. {@link #send} does not block: it completes on a thread of the provider.
 */
@ThreadSafe
public interface PushProvider extends AutoCloseable {

  PushService service();

  /**
   * Returns the public key that a client needs to register a device, such as a browser's {@code
   * applicationServerKey}; null where clients need none.
   */
  default @Nullable String clientKey() {
    return null;
  }

  /** Returns how long a {@link #send} may take. */
  Duration timeout();

  /**
   * Validates an address before it is stored.
   *
   * @throws InvalidDeviceException when it does not have the form that the service issues
   */
  void validate(DeviceAddress device) throws InvalidDeviceException;

  /**
   * Returns by how many bytes the notification exceeds what the service accepts; 0 or less when it
   * fits.
   */
  int excessBytes(Notification notification);

  /**
   * Returns why the service would refuse the content of a notification, apart from its size, as a
   * sentence for the sender; null when it would not.
   */
  default @Nullable String objection(Notification notification) {
    return null;
  }

  /**
   * Returns the origin of the server that delivers to a device, where clients name it: one that
   * fails or is slow must not stop the others. Empty where one service delivers to all devices.
   *
   * @param device a valid address
   */
  default String origin(DeviceAddress device) {
    return "";
  }

  /**
   * Returns whether operators want to know when an {@link #origin} fails, rather than any that a
   * client has made up.
   */
  default boolean expectsOrigin(String origin) {
    return true;
  }

  /**
   * Tries to send once.
   *
   * <p>Completes within the {@link #timeout} with the service's answer; a service that cannot be
   * reached or does not answer is {@link ProviderResponse.Retry}. Completes exceptionally only for
   * a fault of the provider itself.
   */
  CompletionStage<ProviderResponse> send(Dispatch dispatch);

  /** Closes the connections; sends in flight may still complete. */
  @Override
  void close();
}
