package io.broadcasty.cdi;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What accompanies a payload. Immutable.
 *
 * <pre>{@code
 * PublishOptions.NONE.withId("order-17-paid").withEvent("paid")
 * }</pre>
 *
 * @param id the same id on the same channel is published once; null for none
 * @param event the type of the event; null for none
 * @param partitionKey the key whose publications keep their order on channels with several
 *     partitions; null for none
 * @param headers short texts by name
 */
public record PublishOptions(
    String id, String event, String partitionKey, Map<String, String> headers) {

  /** Nothing accompanies the payload. */
  public static final PublishOptions NONE = new PublishOptions(null, null, null, Map.of());

  /** Creates options. */
  public PublishOptions {
    headers = Map.copyOf(headers);
  }

  /** Returns a copy with an id. */
  public PublishOptions withId(String id) {
    return new PublishOptions(Objects.requireNonNull(id, "id"), event, partitionKey, headers);
  }

  /** Returns a copy with a type of event. */
  public PublishOptions withEvent(String event) {
    return new PublishOptions(id, Objects.requireNonNull(event, "event"), partitionKey, headers);
  }

  /** Returns a copy with a key. */
  public PublishOptions withPartitionKey(String partitionKey) {
    return new PublishOptions(
        id, event, Objects.requireNonNull(partitionKey, "partitionKey"), headers);
  }

  /** Returns a copy with one header more. */
  public PublishOptions withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
    return new PublishOptions(id, event, partitionKey, more);
  }
}
