package io.broadcasty.webhook;

/** Thrown when endpoints and messages cannot be read or stored now; trying again is right. */
public final class WebhookStoreException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public WebhookStoreException(Throwable cause) {
    super("the database of webhooks cannot be used", cause);
  }
}
