package io.broadcasty.streams.broker;

/**
 * The current condition of a store, for operators.
 *
 * @param reason what is wrong and which setting is concerned, without secrets; empty when nothing
 *     is wrong
 */
public record StoreCondition(State state, String reason) {

  /** The condition of a store without known faults. */
  public static final StoreCondition UP = new StoreCondition(State.UP, "");

  /** What the store can do. */
  public enum State {
    /** It accepts publications and serves replays. */
    UP("up"),
    /**
     * It accepts publications and keeps them until their streams can be reached; replays are not
     * served.
     */
    QUEUEING("queueing"),
    /** It serves replays, and refuses publications: publishers are told to retry later. */
    READ_ONLY("read-only"),
    /** It serves nothing. */
    DOWN("down");

    private final String wireName;

    State(String wireName) {
      this.wireName = wireName;
    }

    /** Returns the name in health checks and metrics. */
    public String wireName() {
      return wireName;
    }
  }
}
