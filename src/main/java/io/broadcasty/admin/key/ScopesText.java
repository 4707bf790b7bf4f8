package io.broadcasty.admin.key;

import io.broadcasty.core.rbac.Action;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Encodes and decodes the scopes of a key: one a line, the channels, a blank, and the operations
 * with commas. Neither blanks nor commas occur in these.
 */
public final class ScopesText {

  private ScopesText() {}

  /** Encodes scopes. */
  public static String write(List<KeyScope> scopes) {
    return scopes.stream()
        .map(each -> each.channels() + " " + String.join(",", wireNames(each.actions())))
        .collect(Collectors.joining("\n"));
  }

  /**
   * Decodes scopes. A scope that this release cannot read, as one of a later release, is left out,
   * so that a key never may do more than it says.
   */
  public static List<KeyScope> read(String text) {
    List<KeyScope> scopes = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      KeyScope scope = readLine(line);
      if (scope != null) {
        scopes.add(scope);
      }
    }
    return List.copyOf(scopes);
  }

  private static @Nullable KeyScope readLine(String line) {
    int blank = line.indexOf(' ');
    Set<Action> actions = EnumSet.noneOf(Action.class);
    for (String name : line.substring(blank + 1).split(",", -1)) {
      for (Action each : Action.values()) {
        if (wireName(each).equals(name)) {
          actions.add(each);
        }
      }
    }
    try {
      return blank <= 0 ? null : new KeyScope(line.substring(0, blank), actions);
    } catch (IllegalArgumentException e) { // of a later release
      return null;
    }
  }

  /** Returns the names of actions, in their order. */
  public static List<String> wireNames(Set<Action> actions) {
    return actions.stream().sorted().map(ScopesText::wireName).toList();
  }

  /** Returns the name of an action in requests and answers. */
  public static String wireName(Action action) {
    return action.name().toLowerCase(Locale.ROOT);
  }
}
