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
 * Where an issuer puts the user, the tenant and the roles into its tokens, and how it calls them.
 *
 * @param fixedTenant the tenant of every token; null when the tokens name it
 * @param tenant where a token names its tenant otherwise
 * @param wrappedTenant whether the tenant may also be the only element of an array, or the only
 *     name in an object, as Keycloak writes organizations
 * @param roles where a token has roles; those of all places count together
 * @param user where a token names its user; the first place that has a string counts
 * @param tenantNames the tenants by the issuer's names
 * @param roleNames the roles by the issuer's names
 */
public record ClaimMapping(
    @Nullable String fixedTenant,
    ClaimPath tenant,
    boolean wrappedTenant,
    List<ClaimPath> roles,
    List<ClaimPath> user,
    NameTranslation tenantNames,
    NameTranslation roleNames) {

  /** The claim that names the user, unless another is configured. */
  public static final ClaimPath SUBJECT = new ClaimPath("sub");

  /** The claims {@code tid} and {@code roles}. */
  public static final ClaimMapping USUAL =
      new ClaimMapping(null, new ClaimPath("tid"), List.of(new ClaimPath("roles")));

  public ClaimMapping {
    roles = List.copyOf(roles);
    user = List.copyOf(user);
  }

  /** Creates a mapping of tokens whose user is the claim {@code sub}, with the issuer's names. */
  public ClaimMapping(@Nullable String fixedTenant, ClaimPath tenant, List<ClaimPath> roles) {
    this(
        fixedTenant,
        tenant,
        false,
        roles,
        List.of(SUBJECT),
        NameTranslation.NONE,
        NameTranslation.NONE);
  }

  /**
   * Returns the user; null when no place has a string.
   *
   * @param claims as they are in the token
   */
  @Nullable String userOf(Map<String, Object> claims) {
    for (ClaimPath path : user) {
      if (path.find(claims) instanceof String name) {
        return name;
      }
    }
    return null;
  }

  /** Names the places of the user, for messages. */
  String userText() {
    return String.join("`, `", user.stream().map(ClaimPath::toString).toList());
  }

  /** Returns the tenant; null when it is missing, several, or unknown here. */
  @Nullable String tenantOf(Map<String, Object> claims) {
    if (fixedTenant != null) {
      return fixedTenant;
    }
    Object value = tenant.find(claims);
    if (wrappedTenant && value instanceof Map<?, ?> object && object.size() == 1) {
      value = object.keySet().iterator().next();
    } else if (wrappedTenant && value instanceof List<?> list && list.size() == 1) {
      value = list.get(0);
    }
    return value instanceof String name ? tenantNames.own(name) : null;
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
    if (roleNames.equals(NameTranslation.NONE)) {
      return all;
    }
    Set<String> own = new HashSet<>();
    for (String foreign : all) {
      String name = roleNames.own(foreign);
      if (name != null) {
        own.add(name);
      }
    }
    return own;
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
