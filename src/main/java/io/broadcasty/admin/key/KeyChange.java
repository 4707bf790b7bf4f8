package io.broadcasty.admin.key;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change of an API key; null leaves a part as it is.
 *
 * @param expiresAtMillis when it stops being valid; 0 for never
 */
public record KeyChange(
    @Nullable String name, @Nullable List<KeyScope> scopes, @Nullable Long expiresAtMillis) {

  public KeyChange {
    scopes = scopes == null ? null : List.copyOf(scopes);
  }
}
