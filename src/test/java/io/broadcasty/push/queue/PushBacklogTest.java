package io.broadcasty.push.queue;

import static io.broadcasty.push.queue.PushFixtures.ACME;
import static io.broadcasty.push.queue.PushFixtures.recipient;
import static io.broadcasty.push.queue.PushFixtures.register;
import static io.broadcasty.push.queue.PushFixtures.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.push.device.PushStoreException;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.jdbc.JdbcPushQueue;
import io.broadcasty.push.jdbc.JdbcPushSubscriptionStore;
import io.broadcasty.push.provider.FakeProvider;
import io.broadcasty.push.provider.PushProviders;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PushBacklogTest {

  @Test
  void returnsTheLastCountAndNaNWhenUnavailable() {
    ManualTime time = new ManualTime();
    Database database =
        Database.open(new DatabaseSettings("jdbc:h2:mem:" + UUID.randomUUID(), "sa", null, 2));
    PushQueue queue = new JdbcPushQueue(database, time);
    PushBacklog backlog =
        new PushBacklog(
            queue, new PushProviders(List.of(FakeProvider.accepting(SamplePushServices.FCM))));
    assertTrue(Double.isNaN(backlog.count(SamplePushServices.FCM)), "not counted yet");
    PushSubscription device = register(new JdbcPushSubscriptionStore(database), "ann", "t", time);
    backlog.refresh();
    queue.enqueue(send(ACME, "s", time), List.of(recipient(device)), 0);
    assertEquals(0, backlog.count(SamplePushServices.FCM));
    backlog.refresh();
    assertEquals(1, backlog.count(SamplePushServices.FCM));
    database.close();
    assertThrows(PushStoreException.class, backlog::refresh);
    assertTrue(Double.isNaN(backlog.count(SamplePushServices.FCM)));
  }
}
