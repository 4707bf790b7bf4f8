package io.broadcasty.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a command prints: its result on the standard output, as text for people or, with {@code
 * --json}, as one JSON value; everything else on the error output.
 */
final class Output {

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean json;
  private final boolean terminal;

  /**
   * @param terminal whether somebody reads the error output as it is written
   */
  Output(PrintWriter out, PrintWriter err, boolean json, boolean terminal) {
    this.terminal = terminal;
    this.out = out;
    this.err = err;
    this.json = json;
  }

  /** Prints an object, with a line for each member. */
  void object(Map<String, ?> object) {
    if (json) {
      value(object);
      return;
    }
    int width = object.keySet().stream().mapToInt(String::length).max().orElse(0);
    object.forEach((name, value) -> out.println(name + ":" + pad(name, width) + text(value)));
    out.flush();
  }

  private static String pad(String name, int width) {
    return " ".repeat(width - name.length() + 1);
  }

  /**
   * Prints a list of objects as a table.
   *
   * @param name of the list in JSON
   * @param columns the members that are shown, if any object has them
   */
  void table(String name, List<Map<String, Object>> rows, List<String> columns) {
    if (json) {
      value(Map.of(name, rows));
      return;
    }
    Set<String> shown = new LinkedHashSet<>(columns);
    shown.removeIf(column -> rows.stream().noneMatch(row -> row.containsKey(column)));
    if (rows.isEmpty()) {
      err.println("no " + name);
      err.flush();
      return;
    }
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.copyOf(shown));
    for (Map<String, Object> row : rows) {
      lines.add(shown.stream().map(column -> text(row.getOrDefault(column, ""))).toList());
    }
    for (List<String> line : lines) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < line.size(); i++) {
        int column = i;
        int width = lines.stream().mapToInt(each -> each.get(column).length()).max().orElse(0);
        String cell = line.get(i);
        text.append(cell).append(" ".repeat(width - cell.length() + 2));
      }
      out.println(text.toString().stripTrailing());
    }
    out.flush();
  }

  /** Prints a text alone, such as a token, for a shell to take; in JSON it is a member. */
  void text(String name, String text) {
    if (json) {
      value(Map.of(name, text));
    } else {
      out.println(text);
      out.flush();
    }
  }

  /** Prints variables as an environment file has them. */
  void variables(Map<String, String> variables) {
    if (json) {
      value(variables);
    } else {
      variables.forEach((name, value) -> out.println(name + "=" + value));
      out.flush();
    }
  }

  /** Prints an object: as JSON, or as lines that the command itself prints. */
  void report(Map<String, ?> object, Runnable lines) {
    if (json) {
      value(object);
    } else {
      lines.run();
    }
  }

  /** Prints a text that has its own line ends. */
  void whole(String text) {
    out.print(text);
    out.flush();
  }

  /** Prints one line of a report. */
  void line(String line) {
    out.println(line);
    out.flush();
  }

  /** Says on a terminal what is being done, and overwrites it by what is done next. */
  void progress(String what) {
    if (terminal && !json) {
      err.print("\r\033[K" + (what.isEmpty() ? "" : what + " …"));
      err.flush();
    }
  }

  /** Prints JSON in any case, for what is JSON by its nature. */
  void value(Object value) {
    out.println(Json.writePretty(value));
    out.flush();
  }

  /** Says something that is not the result. */
  void note(String sentence) {
    err.println(sentence);
    err.flush();
  }

  private static String text(Object value) {
    if (value instanceof List<?> list && list.stream().noneMatch(Output::isStructure)) {
      return String.join(", ", list.stream().map(String::valueOf).toList());
    }
    return isStructure(value) ? Json.write(value) : String.valueOf(value);
  }

  private static boolean isStructure(Object value) {
    return value instanceof Map || value instanceof List;
  }
}
