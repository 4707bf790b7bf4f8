package io.broadcasty.core.tenant;

import java.util.regex.Pattern;

/**
 * The name of a tenant, as in the token's {@code tid} claim.
 *
 * @param value 1 to 64 characters out of letters, digits, {@code _}, {@code -} and {@code .}
 */
public record TenantId(String value) {

  private static final Pattern VALID = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

  /**
   * @throws IllegalArgumentException when the name is malformed
   */
  public TenantId {
    if (!VALID.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "a tenant id must have 1 to 64 characters, each of A-Z a-z 0-9 _ - .");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
