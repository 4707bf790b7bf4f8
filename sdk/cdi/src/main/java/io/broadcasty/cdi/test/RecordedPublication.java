package io.broadcasty.cdi.test;

import java.util.Map;

/**
 * A publication as Broadcasty would have got it.
 *
 * @param json the payload
 * @param id null for none
 * @param event null for none
 * @param partitionKey null for none
 */
public record RecordedPublication(
    String channel,
    String json,
    String id,
    String event,
    String partitionKey,
    Map<String, String> headers) {}
