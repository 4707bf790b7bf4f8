package io.broadcasty.rbac;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.Set;

/**
 * Decides who may do what on which channel, and how many partitions a channel has. This is the
 * public extension point: give a CDI bean of this type, or a jar with a {@code
 * META-INF/services/io.broadcasty.rbac.PolicyResolver} entry, and it replaces {@link
 * DefaultPolicyResolver}.
 *
 * <p>Called by many threads at once, on every publish and subscribe: it must be quick, must not
 * block, and must not throw. An exception counts as "no" and is logged. For a stream the answer
 * holds until the stream ends or its token is refreshed.
 */
@ThreadSafe
public interface PolicyResolver {

  /**
   * Whether the action is allowed.
   *
   * @param tenant the caller's tenant; channels of other tenants never get here
   * @param channel the channel's name; for a pattern subscription it is called once for the pattern
   *     text ({@code orders.*}) and once for every channel that matches
   * @param userId the token's subject
   * @param roles the token's roles
   * @param action what is wanted
   */
  boolean authorize(String tenant, String channel, String userId, Set<String> roles, Action action);

  /**
   * How many partitions the channel has, at least 1. More partitions spread a hot channel; order
   * holds inside each. May grow over time; shrinking leaves the upper partitions without new
   * publications.
   */
  default int partitions(String tenant, String channel) {
    return 1;
  }
}
