package io.broadcasty.push.queue;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of dispatches that are not tried any more and were not accepted, in the order of the ids
 * of their sends.
 *
 * @param next where the next page begins; null at the end. There may be a next page although this
 *     one is not full, since a page looks at a limited number of dispatches
 */
public record FailedDispatches(List<Failed> failed, @Nullable Cursor next) {

  public FailedDispatches {
    failed = List.copyOf(failed);
  }

  /** A dispatch and the id of its send. */
  public record Failed(String sendId, SendStatus.Device device) {}

  /**
   * A place between two dispatches.
   *
   * @param number of the dispatch before it, of the send
   */
  public record Cursor(String sendId, long number) {}
}
