package io.broadcasty.core.auth.jwt;

import io.broadcasty.core.auth.ClaimPath;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where an issuer puts the tenant and the roles into its tokens.
 *
 * @param fixedTenant the tenant of every token; null when the tokens name it
 * @param tenant where a token names its tenant otherwise
 * @param roles where a token has roles; those of all places count together
 */
public record ClaimMapping(@Nullable String fixedTenant, ClaimPath tenant, List<ClaimPath> roles) {

  /** The claims {@code tid} and {@code roles}. */
  public static final ClaimMapping USUAL =
      new ClaimMapping(null, new ClaimPath("tid"), List.of(new ClaimPath("roles")));

  public ClaimMapping {
    roles = List.copyOf(roles);
  }

  /** Returns the tenant; null when it is missing or no string. */
  @Nullable String tenantOf(Map<String, Object> claims) {
    if (fixedTenant != null) {
      return fixedTenant;
    }
    return tenant.find(claims) instanceof String name ? name : null;
  }

  /** Returns whether the token has roles in one of the places. */
  boolean hasRoles(Map<String, Object> claims) {
    return roles.stream().anyMatch(path -> path.find(claims) != null);
  }

  /**
   * Returns the roles of all places; null when one of them is neither an array of strings nor one
   * string separated by blanks.
   */
  @Nullable Set<String> rolesOf(Map<String, Object> claims) {
    Set<String> all = new HashSet<>();
    for (ClaimPath path : roles) {
      Object value = path.find(claims);
      if (value != null && !addRoles(all, value)) {
        return null;
      }
    }
    return all;
  }

  /** Returns claims in which this mapping finds a tenant, unless it is fixed, and roles. */
  public Map<String, Object> claims(String tenantName, Collection<String> roleNames) {
    Map<String, Object> claims = new HashMap<>();
    if (fixedTenant == null) {
      tenant.put(claims, tenantName);
    }
    if (!roles.isEmpty()) {
      roles.get(0).put(claims, List.copyOf(roleNames));
    }
    return claims;
  }

  /** Names the places of the roles, for messages. */
  String rolesText() {
    return String.join("`, `", roles.stream().map(ClaimPath::toString).toList());
  }

  private static boolean addRoles(Set<String> roles, Object claim) {
    if (claim instanceof String text) {
      roles.addAll(Arrays.asList(text.strip().split("\\s+")));
      roles.remove("");
      return true;
    }
    if (!(claim instanceof Collection<?> list)) {
      return false;
    }
    for (Object role : list) {
      if (!(role instanceof String text)) {
        return false;
      }
      roles.add(text);
    }
    return true;
  }
}
