package io.broadcasty.push;

import com.google.errorprone.annotations.ThreadSafe;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sends through one push service. Made with its credentials, which its constructor has checked as
 * far as that is possible without the service.
 *
 * <p>{@link #send} blocks nobody: it completes on a thread of the provider.
 */
@ThreadSafe
public interface PushProvider extends AutoCloseable {

  PushService service();

  /**
   * The public key that a client has to know to register a device, such as a browser's {@code
   * applicationServerKey}; null where clients need none.
   */
  default @Nullable String clientKey() {
    return null;
  }

  /** How long a {@link #send} may take. */
  Duration timeout();

  /**
   * Checks an address before it is kept.
   *
   * @throws InvalidDeviceException when it has not the form that the service gives
   */
  void check(DeviceAddress device) throws InvalidDeviceException;

  /** How many bytes the notification is beyond what the service takes; 0 or less when it fits. */
  int excess(Notification notification);

  /**
   * Tries once. Completes within the {@link #timeout} with what the service says; a service that
   * cannot be reached or does not answer is {@link PushOutcome.Retry}. Completes exceptionally only
   * where the provider is at fault.
   */
  CompletionStage<PushOutcome> send(Dispatch dispatch);

  /** Lets its connections go; what is under way may still complete. */
  @Override
  void close();
}
