package io.broadcasty.push.queue;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.device.PushStoreException;
import io.broadcasty.push.provider.PushProviders;
import java.util.Map;

/**
 * The number of unfinished dispatches in the queue, as last counted; counting queries the queue.
 */
@ThreadSafe
public final class PushBacklog {

  /** The highest count; a longer queue counts as this many. */
  public static final int MAX_COUNT = 100_000;

  private final PushQueue queue;
  private final PushProviders services;
  private volatile Map<PushService, Integer> counts = Map.of();

  public PushBacklog(PushQueue queue, PushProviders services) {
    this.queue = queue;
    this.services = services;
  }

  /**
   * Counts the unfinished dispatches again. May block; when the queue cannot be reached, the counts
   * become unknown.
   */
  public void refresh() {
    try {
      counts = queue.backlog(services.services(), MAX_COUNT);
    } catch (PushStoreException e) {
      counts = Map.of();
      throw e;
    }
  }

  /**
   * Returns how many dispatches of the service are unfinished, including those in flight; {@link
   * #MAX_COUNT} for that many or more, NaN when it is not known.
   */
  public double count(PushService service) {
    Integer count = counts.get(service);
    return count == null ? Double.NaN : count;
  }
}
