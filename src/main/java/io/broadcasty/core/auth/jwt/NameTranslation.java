package io.broadcasty.core.auth.jwt;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Translates the names that an issuer uses, of roles or tenants, into names of this installation.
 *
 * @param prefixes the first of these that a name begins with is removed from it
 * @param table own names by foreign ones, as they are sent or without their prefix
 * @param keepsOthers whether a name that the table does not contain stays as it is; otherwise it
 *     counts for nothing
 */
public record NameTranslation(
    List<String> prefixes, Map<String, String> table, boolean keepsOthers) {

  /** Leaves all names as they are. */
  public static final NameTranslation NONE = new NameTranslation(List.of(), Map.of(), true);

  public NameTranslation {
    prefixes = List.copyOf(prefixes);
    table = Map.copyOf(table);
  }

  /** Returns the own name; null when the foreign one counts for nothing. */
  @Nullable String own(String foreign) {
    String exact = table.get(foreign);
    if (exact != null) {
      return exact;
    }
    String name = foreign;
    for (String prefix : prefixes) {
      if (foreign.startsWith(prefix)) {
        name = foreign.substring(prefix.length());
        break;
      }
    }
    return table.getOrDefault(name, keepsOthers && !name.isEmpty() ? name : null);
  }
}
