package io.broadcasty.core.rbac;

import io.broadcasty.core.auth.ClaimPath;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Allows operations to some callers. Whoever meets every criterion that is given may do them; a
 * rule without criteria is for every caller of the tenant.
 *
 * @param allow the operations; at least one
 * @param roles the caller must have one of these; empty for any
 * @param users the caller's subject must be one of these; empty for any
 * @param claims by its name or JSON Pointer, the text that each claim must be, or contain as an
 *     element; empty for any
 * @param own whether the rule is for those channels only in which the placeholders of the pattern
 *     have the caller's own values
 */
public record PolicyRule(
    Set<ChannelOperation> allow,
    Set<String> roles,
    Set<String> users,
    Map<ClaimPath, String> claims,
    boolean own) {

  /** What a rule says of a request. */
  public enum Verdict {
    GRANTS("allows it"),
    OTHER_OPERATION("is for other operations"),
    OTHER_ROLES("is for roles that the caller does not have"),
    OTHER_USERS("is for other users"),
    OTHER_CLAIMS("wants claims that the caller does not have"),
    OTHER_VALUES("is for the channels with the caller's own values, and this is none of them");

    private final String text;

    Verdict(String text) {
      this.text = text;
    }

    /** Returns the end of a sentence that begins with the rule. */
    public String text() {
      return text;
    }
  }

  /**
   * @throws IllegalArgumentException when there is no operation, or the text of a claim is empty
   */
  public PolicyRule {
    allow = Set.copyOf(allow);
    roles = Set.copyOf(roles);
    users = Set.copyOf(users);
    claims = Map.copyOf(claims);
    if (allow.isEmpty()) {
      throw new IllegalArgumentException("a rule needs an operation");
    }
    if (claims.containsValue("")) { // a claim that is missing must not equal it
      throw new IllegalArgumentException("a claim that a rule wants has a value");
    }
  }

  /** Returns what the rule says of a request, except for the values of placeholders. */
  Verdict verdict(AccessRequest request) {
    if (!allow.contains(request.operation())) {
      return Verdict.OTHER_OPERATION;
    }
    if (!roles.isEmpty() && !containsAny(roles, request.roles())) {
      return Verdict.OTHER_ROLES;
    }
    if (!users.isEmpty() && !users.contains(request.userId())) {
      return Verdict.OTHER_USERS;
    }
    return hasClaims(request) ? Verdict.GRANTS : Verdict.OTHER_CLAIMS;
  }

  private static boolean containsAny(Set<String> wanted, Set<String> present) {
    for (String each : present) {
      if (wanted.contains(each)) {
        return true;
      }
    }
    return false;
  }

  private boolean hasClaims(AccessRequest request) {
    for (Map.Entry<ClaimPath, String> each : claims.entrySet()) {
      Object value = each.getKey().find(request.claims());
      Collection<?> values = value instanceof Collection<?> list ? list : List.of(text(value));
      String wanted = each.getValue();
      if (values.stream().noneMatch(one -> text(one).equals(wanted))) {
        return false;
      }
    }
    return true;
  }

  /** Returns a claim as text; empty, which no rule wants, for what is no scalar. */
  private static String text(@Nullable Object value) {
    return value instanceof String
            || value instanceof Boolean
            || value instanceof Integer
            || value instanceof Long
        ? value.toString()
        : "";
  }
}
