package io.broadcasty.admin.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.PublicationEvent.PublicationInfo;
import io.broadcasty.core.lifecycle.PublicationEvent.PublishResult;
import io.broadcasty.core.lifecycle.PublicationEvent.Published;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PublicationRatesTest {

  private static final TenantId ACME = new TenantId("acme");

  private final ManualTime time = new ManualTime();
  private final PublicationRates rates = new PublicationRates(time);

  private void publish(TenantId tenant, PublishResult result, int times) {
    for (int i = 0; i < times; i++) {
      rates.onPublished(
          new Published(
              new PublicationInfo(
                  new TenantChannel(tenant, new ChannelName("a")), 0, null, Map.of()),
              result,
              null,
              0));
    }
  }

  @Test
  void countsWhatWasAcceptedOfATenantInTheLastMinute() {
    publish(ACME, PublishResult.PUBLISHED, 3);
    publish(ACME, PublishResult.EPHEMERAL, 2);
    publish(ACME, PublishResult.QUEUED, 1);
    publish(ACME, PublishResult.DUPLICATE, 1);
    publish(ACME, PublishResult.DENIED, 1);
    publish(ACME, PublishResult.THROTTLED, 1);
    publish(new TenantId("beta"), PublishResult.PUBLISHED, 9);
    assertEquals(6, rates.lastMinute(ACME));
    assertEquals(0, rates.lastMinute(new TenantId("unknown")));
    time.advance(Duration.ofSeconds(54));
    publish(ACME, PublishResult.PUBLISHED, 4);
    assertEquals(10, rates.lastMinute(ACME));
    time.advance(Duration.ofSeconds(7));
    assertEquals(4, rates.lastMinute(ACME));
    time.advance(Duration.ofMinutes(10));
    assertEquals(0, rates.lastMinute(ACME));
    publish(ACME, PublishResult.PUBLISHED, 1);
    assertEquals(1, rates.lastMinute(ACME));
  }

  @Test
  void forgetsTenantsThatAreSilentButNoOther() {
    for (int i = 0; i < 2000; i++) {
      publish(new TenantId("t" + i), PublishResult.PUBLISHED, 1);
    }
    assertEquals(1, rates.lastMinute(new TenantId("t0")));
    time.advance(Duration.ofMinutes(2));
    publish(ACME, PublishResult.PUBLISHED, 1);
    assertEquals(1, rates.tenants());
  }
}
