package io.broadcasty.push.sending;

import io.broadcasty.core.collection.BoundedMap;
import java.util.Map;

/**
 * Remembers which devices failed, so that everything else that waits for one of them waits until it
 * is tried again, and then follows only after an answer.
 *
 * <p>Bounded: of very many failing devices, those that failed longest ago are forgotten. For one
 * thread.
 */
final class DevicePauses {

  static final int MAX_DEVICES = 10_000;

  /** The delay of what waits for an attempt that is under way. */
  private static final long UNDER_WAY_MILLIS = 2000;

  private final Map<String, Pause> pauses = BoundedMap.ofLatestAdded(MAX_DEVICES);

  private record Pause(int failures, long untilMillis, boolean underWay) {}

  /**
   * Returns when a device may be sent to: now or earlier when it may be at once. Then an attempt
   * counts as under way until its result is recorded.
   */
  long tryStart(String device, long nowMillis) {
    Pause pause = pauses.get(device);
    if (pause == null) {
      return nowMillis;
    }
    if (pause.underWay()) {
      return nowMillis + UNDER_WAY_MILLIS;
    }
    if (pause.untilMillis() <= nowMillis) {
      pauses.put(device, new Pause(pause.failures(), pause.untilMillis(), true));
    }
    return pause.untilMillis();
  }

  /** Returns how often a device has failed in a row. */
  int failures(String device) {
    Pause pause = pauses.get(device);
    return pause == null ? 0 : pause.failures();
  }

  /** Records a failure; nothing is sent to the device until the given time. */
  void recordFailure(String device, long untilMillis) {
    int failures = failures(device) + 1;
    pauses.remove(device); // and so it becomes the last in order
    pauses.put(device, new Pause(failures, untilMillis, false));
  }

  /** Records a final answer about a notification to the device. */
  void recordAnswer(String device) {
    pauses.remove(device);
  }
}
