package io.broadcasty.relay.provider;

/** The answer of a provider to a run of publications. */
public sealed interface RelayOutcome {

  /**
   * The provider has accepted the first of them.
   *
   * @param count how many, at least 1
   */
  record Accepted(int count) implements RelayOutcome {}

  /**
   * The provider will never accept the first of them.
   *
   * @param reason for people; contains no content
   */
  record Rejected(String reason) implements RelayOutcome {}
}
