package io.broadcasty.core.background;

/**
 * The condition of the loops with one name.
 *
 * @param restarts how often a loop threw an {@link Error} and was restarted since the start
 * @param recentRestarts restarts within the last ten minutes, up to {@link #MAX_RECENT_RESTARTS} +
 *     1
 * @param failures how often a round ended with an exception since the start
 * @param running false when a loop has no thread and none could be created
 */
public record LoopCondition(
    String name, long restarts, int recentRestarts, long failures, boolean running) {

  /** More restarts than this in ten minutes mean that the process has to be restarted. */
  public static final int MAX_RECENT_RESTARTS = 3;

  /** Returns whether the process should be restarted. */
  public boolean needsProcessRestart() {
    return !running || recentRestarts > MAX_RECENT_RESTARTS;
  }
}
