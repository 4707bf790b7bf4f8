package io.broadcasty.cdi;

/**
 * Nothing was published. {@link #code} is what a program decides by: one of the codes of the
 * protocol ({@code protocol/codes.json}), of {@link io.broadcasty.client.BroadcastyException}, or
 * of this class. The message says what to change.
 */
public final class PublishException extends RuntimeException {

  /** The transaction was rolled back, or it is not known that it was committed. */
  public static final String ROLLED_BACK = "rolled_back";

  /** The payload cannot be written as JSON. */
  public static final String INVALID_PAYLOAD = "invalid_payload";

  /** There is no channel, or its name cannot be made of the template. */
  public static final String NO_CHANNEL = "no_channel";

  /** There is no Broadcasty on this server and no address of another one, or no credentials. */
  public static final String NOT_CONFIGURED = "not_configured";

  /** The outbox in the application's database cannot be written. */
  public static final String OUTBOX = "outbox_failed";

  /** Broadcasty on this server has answered something that this version does not understand. */
  public static final String UNEXPECTED = "unexpected_answer";

  private static final long serialVersionUID = 1L;

  private final String code;

  /** Creates an exception. */
  public PublishException(String code, String message) {
    this(code, message, null);
  }

  /** Creates an exception with a cause. */
  public PublishException(String code, String message, Throwable cause) {
    super(code + ": " + message, cause);
    this.code = code;
  }

  /** Returns the code, such as {@code forbidden}. */
  public String code() {
    return code;
  }
}
