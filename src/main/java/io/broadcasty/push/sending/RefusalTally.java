package io.broadcasty.push.sending;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds reasons for which many devices are refused while others are accepted, as when only the
 * credentials for Apple devices are wrong in a project of FCM. Such a reason stops nothing, but
 * somebody should know.
 *
 * <p>For one thread.
 */
final class RefusalTally {

  private static final int MAX_REASONS = 50;
  private static final long FORGET_MILLIS = Duration.ofHours(2).toMillis();

  private final Map<String, Map<String, Long>> devicesByReason = new HashMap<>();

  /** Counts a refused device. */
  void recordRefusal(String device, String reason, long nowMillis) {
    Map<String, Long> devices = devicesByReason.get(reason);
    if (devices == null) {
      if (devicesByReason.size() >= MAX_REASONS) {
        return;
      }
      devices = new HashMap<>();
      devicesByReason.put(reason, devices);
    }
    if (devices.size() < CircuitBreaker.FAILURE_THRESHOLD || devices.containsKey(device)) {
      devices.put(device, nowMillis);
    }
  }

  /** Forgets the refusals of a device that was accepted or is gone. */
  void recordAnswer(String device) {
    devicesByReason.values().removeIf(devices -> forget(devices, device));
  }

  private static boolean forget(Map<String, Long> devices, String device) {
    devices.remove(device);
    return devices.isEmpty();
  }

  /** Returns a reason for which many devices were refused lately; null when there is none. */
  @Nullable String widespread(long nowMillis) {
    devicesByReason
        .values()
        .removeIf(
            devices -> {
              devices.values().removeIf(at -> nowMillis - at > FORGET_MILLIS);
              return devices.isEmpty();
            });
    for (Map.Entry<String, Map<String, Long>> each : devicesByReason.entrySet()) {
      if (each.getValue().size() >= CircuitBreaker.FAILURE_THRESHOLD) {
        return each.getKey();
      }
    }
    return null;
  }
}
