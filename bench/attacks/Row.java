import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was noticed during one attack, and which bounds it broke. */
final class Row {

  private static final int LATENCY_RATIO = 10;
  private static final double HEAP_RATIO = 1.1;
  private static final int HEALTH_MILLIS = 1000;

  final String attack;
  Neighbour.Window before;
  Neighbour.Window during;
  int dropped;
  String ends = "";
  int lost;
  int doubled;
  double healthMillis;
  int healthFailures;
  long heapBefore;
  long heapPeak;
  long heapAfter;
  long residentPeak;
  long outOfMemoryErrors;
  boolean alive;
  String counts = "";
  private final List<String> unhealthy = new ArrayList<>();

  Row(String attack) {
    this.attack = attack;
  }

  void health(List<HealthProbe> probes) {
    for (HealthProbe probe : probes) {
      healthMillis = Math.max(healthMillis, probe.slowestMillis());
      healthFailures += probe.failed();
      if (probe.failed() > 0 || probe.slowestMillis() > HEALTH_MILLIS) {
        unhealthy.add(probe.toString());
      }
    }
  }

  /** Returns whether the heap is as it was before. */
  static boolean isBack(long heapBefore, long heapAfter) {
    return heapBefore > 0 && heapAfter > 0 && heapAfter <= heapBefore * HEAP_RATIO;
  }

  private double ratio() {
    return during.millis(0.99) / before.millis(0.99);
  }

  /**
   * Returns the bounds that do not hold.
   *
   * @param settled whether the heap had time to come back
   */
  List<String> broken(boolean settled) {
    List<String> broken = new ArrayList<>(unhealthy);
    check(broken, alive, "the node is down");
    check(broken, outOfMemoryErrors == 0, outOfMemoryErrors + " × OutOfMemoryError in the log");
    check(broken, ratio() <= LATENCY_RATIO, "publishing too slow");
    check(broken, during.failed() == 0, "publishing failed " + during.failures());
    check(broken, dropped == 0, "streams ended " + ends);
    check(broken, lost == 0 && doubled == 0, "publications lost or doubled");
    check(broken, !settled || isBack(heapBefore, heapAfter), "heap not back");
    return broken;
  }

  private static void check(List<String> broken, boolean holds, String what) {
    if (!holds) {
      broken.add(what);
    }
  }

  String format(boolean settled) {
    List<String> broken = broken(settled);
    return String.format(
        Locale.ROOT,
        "| %-15s | %7.1f / %7.1f | %7.1f / %7.1f | %6.1f | %6d | %4d | %4d / %5d | %6.0f / %4d |"
            + " %3d / %3d / %3d | %4d | %-4s | %s | %s |",
        attack,
        before.millis(0.5),
        before.millis(0.99),
        during.millis(0.5),
        during.millis(0.99),
        ratio(),
        during.failed(),
        dropped,
        lost,
        doubled,
        healthMillis,
        healthFailures,
        heapBefore,
        heapPeak,
        heapAfter,
        residentPeak,
        alive ? "up" : "DOWN",
        broken.isEmpty() ? "ok" : String.join("; ", broken),
        counts);
  }
}
