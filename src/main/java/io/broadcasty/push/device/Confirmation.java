package io.broadcasty.push.device;

import java.util.Set;

/**
 * The proof of which topics a device may follow: who confirmed its registration, with which roles.
 *
 * @param subject the subject of the token
 * @param roles the roles of the token; none when nothing is known of them
 * @param atMillis by the wall clock
 */
public record Confirmation(String subject, Set<String> roles, long atMillis) {

  public Confirmation {
    roles = Set.copyOf(roles);
  }

  /** Returns the confirmation of a device of which no roles are known, or none any more. */
  public static Confirmation unknown(String user) {
    return new Confirmation(user, Set.of(), Long.MIN_VALUE);
  }
}
