package io.broadcasty.observability.meters;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.metrics.Meter;
import io.broadcasty.metrics.Meters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts HTTP answers by status: one counter for each usual status, and one for all others of each
 * class.
 */
@ThreadSafe
final class HttpAnswerCounts {

  private static final List<Integer> USUAL =
      List.of(
          101, 200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 406, 408, 409, 411, 413, 415, 422,
          426, 429, 500, 501, 503);
  private static final int CLASSES = 5;
  private static final String OTHER = "other";

  private final Map<Integer, LongAdder> usual = new LinkedHashMap<>();
  private final LongAdder[] others = new LongAdder[CLASSES + 1];

  HttpAnswerCounts() {
    USUAL.forEach(status -> usual.put(status, new LongAdder()));
    for (int i = 1; i <= CLASSES; i++) {
      others[i] = new LongAdder();
    }
  }

  void count(int status) {
    LongAdder known = usual.get(status);
    if (known != null) {
      known.increment();
    } else {
      others[Math.max(1, Math.min(CLASSES, status / 100))].increment();
    }
  }

  void register(Meters meters) {
    usual.forEach(
        (status, count) ->
            meters.add(
                new Meter(
                    MeterTable.HTTP_ANSWERS,
                    List.of(status / 100 + "xx", Integer.toString(status)),
                    count::sum)));
    for (int i = 1; i <= CLASSES; i++) {
      meters.add(new Meter(MeterTable.HTTP_ANSWERS, List.of(i + "xx", OTHER), others[i]::sum));
    }
  }
}
