package io.broadcasty.client;

/**
 * The place of a publication: resume a stream after it with {@link EventStream.Builder#after}.
 *
 * @param epoch the incarnation of the stream; another one means that the former was lost
 * @param partition the part of the channel with an order of its own, from 0
 * @param sequence the number in the partition, from 1 without gaps; 0 is before the first
 */
public record Position(String epoch, int partition, long sequence) {

  static Position read(Json json) {
    return new Position(
        json.get("epoch").map(Json::asString).orElse(""),
        json.get("partition").map(found -> (int) found.asLong()).orElse(0),
        json.get("sequence").map(Json::asLong).orElse(0L));
  }
}
