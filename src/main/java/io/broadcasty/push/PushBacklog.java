package io.broadcasty.push;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.Map;

/**
 * How much waits in the queue, as it was when it was last looked at: counting it asks the queue.
 */
@ThreadSafe
public final class PushBacklog {

  /** What is said of a queue with as many or more. */
  public static final int MOST = 100_000;

  private final PushQueue queue;
  private final EnabledServices services;
  private volatile Map<PushService, Integer> known = Map.of();

  public PushBacklog(PushQueue queue, EnabledServices services) {
    this.queue = queue;
    this.services = services;
  }

  /** Looks again. May block; when the queue cannot be reached, nothing is known any more. */
  public void look() {
    try {
      known = queue.backlog(services.services(), MOST);
    } catch (PushStoreException e) {
      known = Map.of();
      throw e;
    }
  }

  /**
   * How many dispatches of the service are not finished, those under way among them; {@link #MOST}
   * for as many or more, not a number when it is not known.
   */
  public double of(PushService service) {
    Integer count = known.get(service);
    return count == null ? Double.NaN : count;
  }
}
