package io.broadcasty.presence;

/**
 * A member that is present on a channel.
 *
 * @param id unique in the channel
 * @param json the member as others see it: the text of a JSON object that contains this {@code id}
 */
public record Member(String id, String json) {

  /** Returns a text without the member's JSON, so that it may be logged. */
  @Override
  public String toString() {
    return "Member[" + id + "]";
  }
}
