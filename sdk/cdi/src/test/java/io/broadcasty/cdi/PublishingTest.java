package io.broadcasty.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.cdi.Application.Order;
import io.broadcasty.cdi.test.PublicationRecorder;
import io.broadcasty.cdi.test.RecordedPublication;
import io.broadcasty.cdi.test.RecordingPublisher;
import io.broadcasty.client.PublishResult;
import jakarta.transaction.Status;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import javax.naming.Context;
import org.jboss.weld.environment.se.Weld;
import org.jboss.weld.environment.se.WeldContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests the beans in a container, with a Broadcasty of the same JVM that records. */
class PublishingTest {

  @RegisterExtension final PublicationRecorder recorder = new PublicationRecorder();

  private static WeldContainer container;

  private final FakeRegistry registry = new FakeRegistry();
  private final Application application = container.select(Application.class).get();

  @BeforeAll
  static void start() {
    System.setProperty(Context.INITIAL_CONTEXT_FACTORY, FakeNaming.class.getName());
    container = container();
  }

  static WeldContainer container() {
    return new Weld()
        .disableDiscovery()
        .beanClasses(
            Publishing.class,
            Publishers.class,
            ChannelEvents.class,
            BroadcastInterceptor.class,
            Outbox.class,
            Application.class)
        .initialize();
  }

  @AfterAll
  static void stop() {
    container.close();
    System.clearProperty(Context.INITIAL_CONTEXT_FACTORY);
  }

  @BeforeEach
  void transactions() {
    FakeNaming.registry = registry;
    container.select(Publishing.class).get().forgetRegistry();
  }

  @AfterEach
  void noTransactions() {
    FakeNaming.registry = null;
    container.select(Publishing.class).get().forgetRegistry();
  }

  private static PublishResult join(CompletionStage<PublishResult> stage) {
    return stage.toCompletableFuture().join();
  }

  static String code(CompletionStage<PublishResult> stage) {
    return failure(stage).code();
  }

  static PublishException failure(CompletionStage<PublishResult> stage) {
    return (PublishException) assertThrows(CompletionException.class, () -> join(stage)).getCause();
  }

  @Test
  void everyKindOfInjectionPointPublishes() {
    assertEquals(
        1, join(application.orders.publish(new Order(17, "eu"))).position().get().sequence());
    join(application.orders.publish("orders.us", new Order(18, "us")));
    join(application.any.publish("any", Map.of("a", 1)));
    @SuppressWarnings("unchecked")
    Publisher<Object> raw = application.raw;
    PublishOptions options =
        PublishOptions.NONE
            .withId("1")
            .withEvent("paid")
            .withPartitionKey("k")
            .withHeader("source", "desk");
    assertEquals("1", join(raw.publish("raw", List.of(1, 2), options)).id());
    assertEquals(
        List.of(
            "orders.eu {\"number\":17,\"region\":\"eu\"}",
            "orders.us {\"number\":18,\"region\":\"us\"}",
            "any {\"a\":1}",
            "raw [1,2]"),
        recorded());
    assertEquals(
        new RecordedPublication("raw", "[1,2]", "1", "paid", "k", Map.of("source", "desk")),
        recorder.on("raw").get(0));
  }

  private List<String> recorded() {
    return recorder.publications().stream()
        .map(each -> each.channel() + " " + each.json())
        .toList();
  }

  @Test
  void jsonIsPublishedAsItIs() {
    byte[] bytes = "[ 1 ]".getBytes(StandardCharsets.UTF_8);
    registry.begin();
    CompletionStage<PublishResult> held = application.any.publish("a", bytes);
    bytes[2] = '9'; // after the call
    registry.end(Status.STATUS_COMMITTED);
    join(held);
    join(application.any.publish("a", "{\"b\": 2}"));
    join(application.any.publish("a", (Object) null));
    assertEquals(List.of("a [ 1 ]", "a {\"b\": 2}", "a null"), recorded());
  }

  @Test
  void whatCannotBeWrittenIsRefusedDuringTheCall() {
    for (Object payload : List.of("no json", new byte[] {'{'}, new Unreadable(), "")) {
      PublishException refused =
          assertThrows(PublishException.class, () -> application.any.publish("a", payload));
      assertEquals(PublishException.INVALID_PAYLOAD, refused.code());
    }
    PublishException noChannel =
        assertThrows(PublishException.class, () -> application.any.publish("x"));
    assertEquals(PublishException.NO_CHANNEL, noChannel.code());
    assertThrows(PublishException.class, () -> application.any.publish(" ", (Object) "1"));
    assertEquals(List.of(), recorder.publications());
  }

  /** A payload whose property cannot be read. */
  public static class Unreadable {
    public String getText() {
      throw new IllegalStateException("closed");
    }
  }

  @Test
  void aTransactionPublishesWhenItHasBeenCommittedAndNotOtherwise() {
    registry.begin();
    CompletionStage<PublishResult> kept = application.orders.publish(new Order(1, "eu"));
    application.pay(2, "us");
    assertEquals(List.of(), recorded());
    registry.end(Status.STATUS_COMMITTED);
    assertEquals(1, join(kept).position().get().sequence());
    registry.begin();
    CompletionStage<PublishResult> dropped = application.orders.publish(new Order(3, "eu"));
    registry.end(Status.STATUS_ROLLEDBACK);
    assertEquals(PublishException.ROLLED_BACK, code(dropped));
    assertEquals(
        List.of(
            "orders.eu {\"number\":1,\"region\":\"eu\"}",
            "orders.us {\"number\":2,\"region\":\"us\"}"),
        recorded());
  }

  @Test
  void aLargeTransactionIsPublishedInOrder() {
    registry.begin();
    IntStream.range(0, 250).forEach(i -> application.any.publish("many", i));
    registry.end(Status.STATUS_COMMITTED);
    assertEquals(
        IntStream.range(0, 250).mapToObj(Integer::toString).toList(),
        recorder.on("many").stream().map(RecordedPublication::json).toList());
  }

  @Test
  void whatMethodsReturnIsPublished() {
    application.pay(7, "eu");
    assertTrue(application.payOf("acme").isPresent());
    application.map();
    application.none();
    assertEquals(
        List.of(
            "orders.eu {\"number\":7,\"region\":\"eu\"}",
            "orders.acme.eu {\"region\":\"eu\"}",
            "maps.m {\"kind\":\"m\"}"),
        recorded());
    assertEquals("paid", recorder.on("orders.acme.eu").get(0).event());
    assertThrows(IllegalStateException.class, application::fails);
    assertEquals(3, recorder.publications().size());
  }

  @Test
  void methodsThatCannotBePublishedSaySo() {
    List<Executed> wrong = new ArrayList<>();
    wrong.add(new Executed("{nowhere} is neither a property of", application::toNowhere));
    wrong.add(new Executed("returns nothing", application::nothing));
    wrong.add(new Executed("returns what is not there yet", application::later));
    wrong.add(new Executed("cannot be a segment", () -> application.pay(1, "eu.secret")));
    wrong.add(new Executed("cannot be a segment", () -> application.pay(1, "*")));
    wrong.add(new Executed("{region} in the channel", () -> application.pay(1, null)));
    for (Executed each : wrong) {
      PublishException refused = assertThrows(PublishException.class, each.call()::run);
      assertTrue(refused.getMessage().contains(each.says()), refused.getMessage());
    }
    assertEquals(List.of(), recorder.publications());
  }

  private record Executed(String says, Runnable call) {}

  @Test
  void eventsWithAChannelArePublishedAndOthersAreNot() {
    application.events.fire(new Order(1, "eu"));
    application.ownEvents.select(Channel.Literal.of("events.us")).fire(new Order(2, "us"));
    application.ownEvents.fire(new Order(3, "eu"));
    assertEquals(
        List.of(
            "events.eu {\"number\":1,\"region\":\"eu\"}",
            "events.us {\"number\":2,\"region\":\"us\"}"),
        recorded());
  }

  @Test
  void eventsWaitForTheCommitInTheOrderOfAllPublications() {
    registry.begin();
    application.events.fire(new Order(1, "eu"));
    application.any.publish("events.eu", 2);
    application.events.fire(new Order(3, "eu"));
    assertEquals(List.of(), recorded());
    registry.end(Status.STATUS_COMMITTED);
    assertEquals(
        List.of(
            "events.eu {\"number\":1,\"region\":\"eu\"}",
            "events.eu 2",
            "events.eu {\"number\":3,\"region\":\"eu\"}"),
        recorded());
    registry.begin();
    application.events.fire(new Order(4, "eu"));
    registry.end(Status.STATUS_ROLLEDBACK);
    assertEquals(3, recorder.publications().size());
  }

  @Test
  void aRefusalHasItsCode() {
    recorder.refuse("forbidden");
    assertEquals("forbidden", code(application.any.publish("a", 1)));
  }

  @Test
  void aPublisherForTestsRecordsPayloads() {
    RecordingPublisher<Order> publisher = new RecordingPublisher<>("orders.eu");
    publisher.publish(new Order(1, "eu"));
    assertFalse(join(publisher.publish("other", new Order(2, "us"))).duplicate());
    assertEquals(List.of(new Order(1, "eu"), new Order(2, "us")), publisher.payloads());
    assertEquals("orders.eu", publisher.published().get(0).channel());
  }
}
