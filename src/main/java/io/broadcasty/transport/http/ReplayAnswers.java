package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.StreamState;
import io.broadcasty.wire.JsonWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Writes pages of streams as answers. */
final class ReplayAnswers {

  private ReplayAnswers() {}

  /**
   * Returns a page as JSON.
   *
   * @param to the last sequence that is wanted
   */
  static String json(ChannelName channel, ReplayPage page, long to) {
    return JsonWriter.object(json -> write(json, channel, page, to));
  }

  /** Writes the fields of a page. */
  static void write(JsonGenerator json, ChannelName channel, ReplayPage page, long to)
      throws IOException {
    List<Publication> wanted = new ArrayList<>();
    for (Publication publication : page.publications()) {
      if (publication.position().sequence() <= to) {
        wanted.add(publication);
      }
    }
    StreamState state = page.state();
    long next = wanted.isEmpty() ? 0 : wanted.get(wanted.size() - 1).position().sequence() + 1;
    json.writeStringField("channel", channel.value());
    json.writeNumberField("partition", state.partition());
    json.writeStringField("epoch", state.epoch());
    json.writeNumberField("first", state.first());
    json.writeNumberField("head", state.head());
    json.writeBooleanField("recovered", page.lost() == null);
    if (page.lost() == null) {
      json.writeNullField("lost");
    } else {
      json.writeObjectFieldStart("lost");
      JsonWriter.write(json, channel, page.lost());
      json.writeEndObject();
    }
    json.writeArrayFieldStart("publications");
    for (Publication publication : wanted) {
      json.writeStartObject();
      JsonWriter.write(json, publication);
      json.writeEndObject();
    }
    json.writeEndArray();
    if (next > 0 && next <= Math.min(to, state.head())) {
      json.writeNumberField("next", next);
    } else {
      json.writeNullField("next");
    }
  }
}
