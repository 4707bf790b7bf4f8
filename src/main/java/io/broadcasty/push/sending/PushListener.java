package io.broadcasty.push.sending;

import io.broadcasty.push.device.PushService;
import io.broadcasty.push.queue.DispatchState;
import java.util.UUID;

/**
 * Listens to state changes of dispatches, to count them. Must return quickly; called by the threads
 * that send.
 */
@FunctionalInterface
public interface PushListener {

  /**
   * Called when a dispatch has entered a final state, or {@link DispatchState#RETRYING} after each
   * failed attempt.
   *
   * @param dispatchId identifies the notification to this device
   * @param durationNanos how long the service took; 0 when it was not called
   */
  void onDispatchResult(
      PushService service, DispatchState state, UUID dispatchId, long durationNanos);
}
