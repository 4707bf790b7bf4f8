import java.util.Map;
import java.util.TreeMap;

/** Counts what happened to an attacker, by name. */
final class Counts {

  private final Map<String, long[]> values = new TreeMap<>();

  synchronized void add(String name) {
    add(name, 1);
  }

  synchronized void add(String name, long many) {
    values.computeIfAbsent(name, unused -> new long[1])[0] += many;
  }

  /** Returns {@code name=count} for each name, separated by spaces. */
  @Override
  public synchronized String toString() {
    StringBuilder text = new StringBuilder();
    values.forEach((name, count) -> text.append(name).append('=').append(count[0]).append(' '));
    return text.toString().trim();
  }
}
