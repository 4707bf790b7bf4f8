package io.broadcasty.core.http;

/** Thrown when no request may go to an endpoint; the message says why, without the endpoint. */
public final class RefusedEndpointException extends Exception {

  private static final long serialVersionUID = 1L;

  RefusedEndpointException(String message) {
    super(message);
  }
}
