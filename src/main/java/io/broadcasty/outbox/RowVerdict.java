package io.broadcasty.outbox;

/** What has become of a row. */
public sealed interface RowVerdict {

  /** It was published, now or before; the row is deleted. */
  record Published() implements RowVerdict {}

  /**
   * It can never be published; the row is set aside.
   *
   * @param code of {@code protocol/codes.json}
   * @param reason a sentence for the one who wrote the row
   */
  record Refused(String code, String reason) implements RowVerdict {}

  /**
   * It could not be published now; the row stays.
   *
   * @param reason a sentence for the operator
   */
  record Postponed(String reason) implements RowVerdict {}
}
