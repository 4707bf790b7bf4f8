package io.broadcasty.reactive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.cdi.PublishException;
import io.broadcasty.cdi.test.PublicationRecorder;
import io.broadcasty.cdi.test.RecordedPublication;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jboss.weld.environment.se.Weld;
import org.jboss.weld.environment.se.WeldContainer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests the connector with SmallRye Reactive Messaging, and a recorder for Broadcasty. */
class BroadcastyConnectorTest {

  @RegisterExtension final PublicationRecorder recorder = new PublicationRecorder();

  private final WeldContainer container = new Weld().initialize();
  private final Desk desk = container.select(Desk.class).get();

  @AfterEach
  void stop() {
    container.close();
  }

  private static void await(CompletionStage<Void> acknowledged) throws Exception {
    acknowledged.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static PublishException failure(CompletionStage<Void> acknowledged) {
    return (PublishException)
        assertThrows(ExecutionException.class, () -> await(acknowledged)).getCause();
  }

  @Test
  void messagesArePublishedToTheConfiguredChannel() throws Exception {
    await(desk.pay(new Desk.Order(17)));
    RecordedPublication publication = recorder.on("orders.eu").get(0);
    assertEquals("{\"number\":17}", publication.json());
    assertEquals("paid", publication.event());
  }

  @Test
  void theChannelHasTheNameOfTheApplicationsByDefaultAndKeepsItsOrder() throws Exception {
    List<CompletionStage<Void>> sent = IntStream.range(0, 100).mapToObj(desk::count).toList();
    for (CompletionStage<Void> each : sent) {
      await(each);
    }
    assertEquals(
        IntStream.range(0, 100).mapToObj(String::valueOf).toList(),
        recorder.on("numbers").stream().map(RecordedPublication::json).toList());
  }

  @Test
  void whatIsRefusedIsAcknowledgedNegativelyAndTheNextIsPublished() throws Exception {
    recorder.refuse("forbidden");
    assertEquals("forbidden", failure(desk.pay(new Desk.Order(17))).code());
    recorder.close();
    assertEquals("not_configured", failure(desk.pay(new Desk.Order(18))).code());
    recorder.open();
    assertEquals("invalid_payload", failure(desk.pay(new Desk.Unwritable())).code());
    await(desk.pay(new Desk.Order(19)));
    assertEquals(1, recorder.on("orders.eu").size());
  }
}
