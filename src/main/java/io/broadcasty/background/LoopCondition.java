package io.broadcasty.background;

/**
 * How the loops of one name do.
 *
 * @param restarts how often one met an {@link Error} and was started anew, since the start
 * @param recentRestarts how often within the last ten minutes, as far as is remembered
 * @param failures how often a round ended with an exception, since the start
 * @param running false when one has no thread and could not be given another
 */
public record LoopCondition(
    String name, long restarts, int recentRestarts, long failures, boolean running) {

  /** More restarts than that in ten minutes are no accident: the process has to be started anew. */
  public static final int MAX_RECENT_RESTARTS = 3;

  /** Whether the process had better be started anew. */
  public boolean isDown() {
    return !running || recentRestarts > MAX_RECENT_RESTARTS;
  }
}
