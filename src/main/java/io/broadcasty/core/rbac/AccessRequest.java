package io.broadcasty.core.rbac;

import java.util.Map;
import java.util.Set;

/**
 * What a user wants to do on a channel.
 *
 * @param tenant the caller's tenant; only channels of this tenant are checked
 * @param channel the channel's name; for a pattern subscription there is one request with the
 *     pattern text ({@code orders.*}) and one for every channel that matches
 * @param userId the token's subject
 * @param roles the token's roles
 * @param operation what exactly is requested
 * @param claims all claims of the token by name, as JSON: strings, booleans, numbers, lists, maps.
 *     Empty for work that goes on after the token has ended, such as a notification of a topic that
 *     was followed days ago: only the roles are kept until then
 */
public record AccessRequest(
    String tenant,
    String channel,
    String userId,
    Set<String> roles,
    ChannelOperation operation,
    Map<String, Object> claims) {

  /** Creates a request for the operation that an action usually is. */
  public AccessRequest(
      String tenant,
      String channel,
      String userId,
      Set<String> roles,
      Action action,
      Map<String, Object> claims) {
    this(tenant, channel, userId, roles, ChannelOperation.of(action), claims);
  }

  /** Returns the requested action, to which the operation belongs. */
  public Action action() {
    return operation.action();
  }

  /** Omits the claims, which may contain personal data. */
  @Override
  public String toString() {
    return operation + " on " + channel + " by " + tenant + "/" + userId + " as " + roles;
  }
}
