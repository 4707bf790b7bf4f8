package io.broadcasty.core.rbac;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.Set;

/**
 * Decides who may do what on which channel, and how many partitions a channel has. This is the
 * public extension point: provide a CDI bean of this type, or a jar with a {@code
 * META-INF/services/io.broadcasty.core.rbac.PolicyResolver} entry, and it replaces {@link
 * DefaultPolicyResolver}.
 *
 * <p>Called by many threads at once, on every publish and subscribe: it must be fast, must not
 * block, and must not throw. An exception counts as a denial and is logged. A stream keeps the
 * answer until the stream ends or its token is refreshed.
 */
@ThreadSafe
public interface PolicyResolver {

  /**
   * Returns whether the action is allowed.
   *
   * @param tenant the caller's tenant; only channels of this tenant are checked
   * @param channel the channel's name; for a pattern subscription it is called once with the
   *     pattern text ({@code orders.*}) and once with every channel that matches
   * @param userId the token's subject
   * @param roles the token's roles
   * @param action the requested operation
   */
  boolean authorize(String tenant, String channel, String userId, Set<String> roles, Action action);

  /**
   * Returns whether the action is allowed, with all claims of the token at hand. This is the method
   * that is called; by default it asks {@link #authorize(String, String, String, Set, Action)},
   * which need not be of use if this one is overridden.
   */
  default boolean authorize(AccessRequest request) {
    return authorize(
        request.tenant(), request.channel(), request.userId(), request.roles(), request.action());
  }

  /**
   * Returns whether the user may make others than itself present on a channel, as a back end does
   * for its users. By default whoever may publish to the channel may.
   *
   * @param request has {@link Action#PUBLISH}
   */
  default boolean mayActForOthers(AccessRequest request) {
    return authorize(request);
  }

  /**
   * Returns the channel's number of partitions, at least 1. More partitions spread a hot channel;
   * order is kept within each. The number may grow over time; when it shrinks, the upper partitions
   * get no new publications.
   */
  default int partitions(String tenant, String channel) {
    return 1;
  }

  /**
   * Returns whether publications to the channel are stamped with the subject of their publisher's
   * token, although {@code broadcasty.publish.sender} is off. An exception counts as no.
   */
  default boolean stampsSender(String tenant, String channel) {
    return false;
  }
}
