package io.broadcasty.admin.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.PublicationEvent.ProviderSwitched;
import io.broadcasty.core.lifecycle.PublicationEvent.RelayRejected;
import io.broadcasty.core.tenant.TenantId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Tests that events are written to the audit log on another thread. */
class AuditListenerTest {

  private static final TenantId ACME = new TenantId("acme");

  private final List<AuditEvent> written = new ArrayList<>();
  private final ArrayDeque<Runnable> later = new ArrayDeque<>();
  private final AuditListener listener =
      new AuditListener(written::add, "node-1", () -> 17, later::add);

  @Test
  void aProviderSwitchIsWrittenAsynchronously() {
    listener.onProviderSwitched(new ProviderSwitched("pusher", null, "it does not answer"));
    assertEquals(List.of(), written);
    later.remove().run();
    assertEquals(
        List.of(
            AuditEvent.ofService(
                null,
                "driver.switch",
                "{\"node\":\"node-1\",\"from\":\"pusher\",\"to\":null,\"reason\":\"it does not"
                    + " answer\"}",
                17)),
        written);
  }

  @Test
  void aRefusedPublicationIsWrittenForItsTenant() {
    listener.onRelayRejected(
        new RelayRejected(
            new TenantChannel(ACME, new ChannelName("a")), "pusher", "more than \"10 KB\""));
    later.remove().run();
    assertEquals(
        List.of(
            AuditEvent.ofService(
                ACME,
                "driver.rejected",
                "{\"channel\":\"a\",\"provider\":\"pusher\",\"reason\":\"more than \\\"10"
                    + " KB\\\"\"}",
                17)),
        written);
  }

  @Test
  void aStoppingNodeLeavesItToTheServersLog() {
    AuditListener ending =
        new AuditListener(
            written::add,
            "node-1",
            () -> 17,
            task -> {
              throw new RejectedExecutionException("shut down");
            });
    ending.onProviderSwitched(new ProviderSwitched(null, "pusher", "it is healthy"));
    assertEquals(List.of(), written);
  }
}
