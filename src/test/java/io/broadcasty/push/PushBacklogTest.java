package io.broadcasty.push;

import static io.broadcasty.push.Devices.ACME;
import static io.broadcasty.push.Devices.recipient;
import static io.broadcasty.push.Devices.register;
import static io.broadcasty.push.Devices.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.database.Database;
import io.broadcasty.database.DatabaseSettings;
import io.broadcasty.push.jdbc.JdbcPushQueue;
import io.broadcasty.push.jdbc.JdbcSubscriptionStore;
import io.broadcasty.time.ManualTime;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PushBacklogTest {

  @Test
  void isAsItWasWhenItWasLookedAtAndUnknownWhenItCouldNotBe() {
    ManualTime time = new ManualTime();
    Database database =
        Database.open(new DatabaseSettings("jdbc:h2:mem:" + UUID.randomUUID(), "sa", null, 2));
    PushQueue queue = new JdbcPushQueue(database, time);
    PushBacklog backlog =
        new PushBacklog(
            queue, new EnabledServices(List.of(FakeProvider.accepting(SampleServices.FCM))));
    assertTrue(Double.isNaN(backlog.of(SampleServices.FCM)), "nobody has looked");
    PushSubscription device = register(new JdbcSubscriptionStore(database), "ann", "t", time);
    backlog.look();
    queue.enqueue(send(ACME, "s", time), List.of(recipient(device)), 0);
    assertEquals(0, backlog.of(SampleServices.FCM));
    backlog.look();
    assertEquals(1, backlog.of(SampleServices.FCM));
    database.close();
    assertThrows(PushStoreException.class, backlog::look);
    assertTrue(Double.isNaN(backlog.of(SampleServices.FCM)));
  }
}
