package com.example.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.cdi.PublishException;
import io.broadcasty.cdi.test.PublicationRecorder;
import io.broadcasty.cdi.test.RecordedPublication;
import java.util.List;
import org.jboss.weld.environment.se.Weld;
import org.jboss.weld.environment.se.WeldContainer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests what the desk publishes, with a recorder in place of Broadcasty. */
class OrderDeskTest {

  @RegisterExtension final PublicationRecorder recorder = new PublicationRecorder();

  private final WeldContainer container =
      new Weld().addBeanClasses(OrderDesk.class, Orders.class).initialize();

  @AfterEach
  void stop() {
    container.close();
  }

  @Test
  void placedOrdersArePublishedToTheirRegionInTheOrderOfTheNumbers() {
    desk().place(List.of(17, 18), "eu");
    assertEquals(
        List.of(
            "{\"number\":17,\"region\":\"eu\",\"state\":\"PLACED\"}",
            "{\"number\":18,\"region\":\"eu\",\"state\":\"PLACED\"}"),
        recorder.on("orders.eu").stream().map(RecordedPublication::json).toList());
    assertEquals("placed", recorder.on("orders.eu").get(0).event());
    assertEquals(2, recorder.on("order-log").size());
    assertEquals("[17,18]", recorder.on("desk").get(0).json());
  }

  @Test
  void aRegionThatIsNoPartOfAChannelIsRefused() {
    assertThrows(PublishException.class, () -> desk().place(List.of(17), "e.u"));
    assertEquals(0, recorder.on("desk").size());
  }

  @Test
  void theDeskPlacesOrdersWhileBroadcastyRefusesThem() {
    recorder.refuse("rate_limited");
    desk().place(List.of(17), "eu");
    assertEquals(0, recorder.publications().size());
  }

  private OrderDesk desk() {
    return container.select(OrderDesk.class).get();
  }
}
