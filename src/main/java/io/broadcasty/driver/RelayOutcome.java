package io.broadcasty.driver;

/** What a provider that serves has made of a run of publications. */
public sealed interface RelayOutcome {

  /**
   * It has taken the first of them.
   *
   * @param count how many, at least 1
   */
  record Accepted(int count) implements RelayOutcome {}

  /**
   * It will never take the first of them.
   *
   * @param reason for people; shows no content
   */
  record Rejected(String reason) implements RelayOutcome {}
}
