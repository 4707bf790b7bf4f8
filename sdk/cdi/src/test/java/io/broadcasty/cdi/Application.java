package io.broadcasty.cdi;

import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A bean that publishes in every way. */
@Dependent
public class Application {

  /** A payload whose components are its properties. */
  public record Order(int number, String region) {}

  /** A payload that has getters, as entities do. */
  public static class Entity {
    public String getRegion() {
      return "eu";
    }
  }

  @Inject
  @Channel("orders.eu")
  Publisher<Order> orders;

  @Inject Publisher<Object> any;

  @Inject
  @SuppressWarnings("rawtypes")
  Publisher raw;

  @Inject
  @Channel("events.eu")
  Event<Order> events;

  @Inject Event<Object> ownEvents;

  @Broadcast("orders.{region}")
  Order pay(int number, String region) {
    return new Order(number, region);
  }

  @Broadcast(value = "orders.{customer}.{region}", event = "paid")
  Optional<Entity> payOf(String customer) {
    return Optional.of(new Entity());
  }

  @Broadcast("maps.{kind}")
  Map<String, Object> map() {
    return Map.of("kind", "m");
  }

  @Broadcast("orders.{nowhere}")
  Order toNowhere() {
    return new Order(1, "eu");
  }

  @Broadcast("lists")
  List<Order> none() {
    return null;
  }

  @Broadcast("orders.eu")
  void nothing() {
    throw new AssertionError("it must not be called");
  }

  @Broadcast("orders.eu")
  CompletableFuture<Order> later() {
    throw new AssertionError("it must not be called");
  }

  @Broadcast("orders.eu")
  Order fails() {
    throw new IllegalStateException("no order");
  }
}
