package com.example.orders;

/** An order that is not taken; rolls the transaction back. */
public class RefusedOrderException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Creates an exception. */
  public RefusedOrderException(String message) {
    super(message);
  }
}
