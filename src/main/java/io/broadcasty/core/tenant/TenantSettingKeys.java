package io.broadcasty.core.tenant;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.Set;

/** The settings of a tenant by the names and in the texts of the configuration. */
@ThreadSafe
public interface TenantSettingKeys {

  /** Returns all names, such as {@code limits.batch}, in the order of the reference. */
  Set<String> names();

  /**
   * Parses a text and sets its value.
   *
   * @throws IllegalArgumentException when there is no such name, or the text is no value of it; the
   *     message says what is expected and stands after the name
   */
  void apply(TenantSettingsBuilder settings, String name, String text);
}
