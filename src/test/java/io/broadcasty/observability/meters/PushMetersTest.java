package io.broadcasty.observability.meters;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.metrics.Meter;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.queue.DispatchState;
import io.broadcasty.push.sending.PushServiceHealth;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PushMetersTest {

  private final PushCounts counts = new PushCounts();
  private final PushEvents settled = new PushEvents(counts);
  private List<PushServiceHealth> conditions =
      List.of(new PushServiceHealth(SamplePushServices.FCM, null, true));

  private final List<Meter> meters =
      PushMeters.of(List.of(SamplePushServices.FCM), counts, service -> 12, () -> conditions);

  private Map<String, Double> values() {
    return meters.stream()
        .collect(
            Collectors.toMap(
                m -> m.family().name().substring("broadcasty_push_".length()) + m.labels(),
                Meter::value));
  }

  @Test
  void countsAttemptsByOutcome() {
    settled.onDispatchResult(SamplePushServices.FCM, DispatchState.RETRYING, new UUID(0, 1), 1);
    settled.onDispatchResult(SamplePushServices.FCM, DispatchState.RETRYING, new UUID(0, 1), 1);
    settled.onDispatchResult(SamplePushServices.FCM, DispatchState.ACCEPTED, new UUID(0, 1), 1);
    settled.onDispatchResult(
        SamplePushServices.APNS,
        DispatchState.REJECTED,
        new UUID(0, 1),
        1); // not among the enabled services
    assertEquals(
        Map.of(
            "outcomes_total[fcm, retrying]", 2.0,
            "outcomes_total[fcm, accepted]", 1.0,
            "outcomes_total[fcm, rejected]", 0.0,
            "outcomes_total[fcm, unregistered]", 0.0,
            "outcomes_total[fcm, expired]", 0.0,
            "queue[fcm]", 12.0,
            "service_up[fcm]", 1.0),
        values());
  }

  @Test
  void aServiceThatPausesIsNotUp() {
    conditions = List.of(new PushServiceHealth(SamplePushServices.FCM, "answers 503", false));
    assertEquals(0.0, values().get("service_up[fcm]"));
  }
}
