package com.example.orders;

import io.broadcasty.cdi.Broadcast;
import io.broadcasty.cdi.Channel;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;

/** Places single orders. What it returns is published, and so is the event that it fires. */
@ApplicationScoped
public class Orders {

  @Inject
  @Channel("order-log")
  private Event<Order> log;

  /** Places an order. */
  @Broadcast(value = "orders.{region}", event = "placed")
  public Order place(int number, String region) {
    Order placed = new Order(number, region, "PLACED");
    log.fire(placed);
    return placed;
  }
}
