package io.broadcasty.push;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.Map;

/**
 * The number of unfinished dispatches in the queue, as last counted; counting queries the queue.
 */
@ThreadSafe
public final class PushBacklog {

  /** The highest count; a longer queue counts as this many. */
  public static final int MOST = 100_000;

  private final PushQueue queue;
  private final EnabledServices services;
  private volatile Map<PushService, Integer> known = Map.of();

  public PushBacklog(PushQueue queue, EnabledServices services) {
    this.queue = queue;
    this.services = services;
  }

  /** Counts again. May block; when the queue cannot be reached, the counts become unknown. */
  public void look() {
    try {
      known = queue.backlog(services.services(), MOST);
    } catch (PushStoreException e) {
      known = Map.of();
      throw e;
    }
  }

  /**
   * Returns how many dispatches of the service are unfinished, including those in flight; {@link
   * #MOST} for that many or more, NaN when it is not known.
   */
  public double of(PushService service) {
    Integer count = known.get(service);
    return count == null ? Double.NaN : count;
  }
}
