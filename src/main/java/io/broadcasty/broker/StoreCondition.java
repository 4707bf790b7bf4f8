package io.broadcasty.broker;

/**
 * What a store can do now, for whoever looks after it.
 *
 * @param reason what is the matter and which setting is concerned, without secrets; empty when all
 *     is well
 */
public record StoreCondition(State state, String reason) {

  /** All is well, as far as is known. */
  public static final StoreCondition UP = new StoreCondition(State.UP, "");

  /** What it can do. */
  public enum State {
    /** Everything. */
    UP("up"),
    /**
     * It takes publications and keeps them until their streams can be reached; these are not read.
     */
    QUEUEING("queueing"),
    /** It is read, and takes no publications: publishers are told to come again. */
    READ_ONLY("read-only"),
    /** Nothing. */
    DOWN("down");

    private final String word;

    State(String word) {
      this.word = word;
    }

    /** Its name in health checks and metrics. */
    public String word() {
      return word;
    }
  }
}
