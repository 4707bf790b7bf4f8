package io.broadcasty.push;

import java.util.UUID;

/** Hears what becomes of notifications, to count it. Quick; called by the threads that send. */
@FunctionalInterface
public interface PushListener {

  /**
   * A dispatch has come to this state, {@link DispatchState#RETRYING} with each try that fails.
   *
   * @param dispatchId names the notification to this device
   * @param durationNanos how long the service took; 0 when it was not asked
   */
  void onSettled(PushService service, DispatchState state, UUID dispatchId, long durationNanos);
}
