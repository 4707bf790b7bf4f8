package io.broadcasty.push.queue;

import io.broadcasty.push.device.Recipient;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The status of a {@link Send}.
 *
 * @param devices how many devices it goes to
 * @param counts how many of them are in which state; states without any are left out
 * @param page some of the devices, in the order of the queue
 * @param next the number after which the next page begins; 0 at the end
 */
public record SendStatus(
    String id,
    long createdAtMillis,
    long expiresAtMillis,
    int devices,
    Map<DispatchState, Integer> counts,
    List<Device> page,
    long next) {

  public SendStatus {
    counts = Map.copyOf(counts);
    page = List.copyOf(page);
  }

  /**
   * The status of one device.
   *
   * @param reason why it is not accepted; null when there is nothing to say
   * @param nextAtMillis when it is tried next; null when it is finished or being tried
   * @param serviceId the push service's id for it; null when it gave none
   */
  public record Device(
      Recipient recipient,
      DispatchState state,
      int attempts,
      @Nullable String reason,
      @Nullable Long nextAtMillis,
      @Nullable String serviceId,
      long changedAtMillis) {}
}
