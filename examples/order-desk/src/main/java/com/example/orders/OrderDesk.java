package com.example.orders;

import io.broadcasty.cdi.Channel;
import io.broadcasty.cdi.Publisher;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.util.List;

/** Places all orders of a customer, or none of them. */
@ApplicationScoped
public class OrderDesk {

  @Inject private Orders orders;

  @Inject
  @Channel("desk")
  private Publisher<List<Integer>> desk;

  /**
   * Places orders in one transaction.
   *
   * @throws RefusedOrderException if a number is not positive; no order is placed then
   */
  @Transactional
  public void place(List<Integer> numbers, String region) {
    for (int number : numbers) {
      orders.place(number, region);
    }
    desk.publish(numbers);
    if (numbers.stream().anyMatch(number -> number <= 0)) {
      throw new RefusedOrderException("an order has no number");
    }
  }
}
