package io.broadcasty.presence;

/**
 * Somebody who is present on a channel.
 *
 * @param id unique in the channel
 * @param json the member as others see it: the text of a JSON object with this {@code id} in it
 */
public record Member(String id, String json) {

  /** Does not show what the member says of itself, so that it may be logged. */
  @Override
  public String toString() {
    return "Member[" + id + "]";
  }
}
