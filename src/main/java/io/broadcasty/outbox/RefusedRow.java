package io.broadcasty.outbox;

/**
 * A row that cannot be published, and has been set aside.
 *
 * @param code why, as one of {@code protocol/codes.json}
 * @param reason why, as a sentence
 * @param refusedMillis when, since the Unix epoch
 */
public record RefusedRow(
    long id,
    String channel,
    long payloadBytes,
    String code,
    String reason,
    long createdMillis,
    long refusedMillis) {}
