package io.broadcasty.relay;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.relay.failover.ProviderState;
import io.broadcasty.relay.failover.ProviderSwitch;
import io.broadcasty.wire.JsonWriter;
import java.io.IOException;
import java.util.Locale;

/** Writes the status of the relay as JSON, as operators and other nodes read it. Pure. */
public final class RelayStatusText {

  private RelayStatusText() {}

  /** Returns the status as an object. */
  public static String of(RelayStatus status) {
    return JsonWriter.object(json -> write(json, status));
  }

  /** Writes the fields of the status. */
  public static void write(JsonGenerator json, RelayStatus status) throws IOException {
    json.writeStringField("driver", status.driver());
    json.writeStringField("active", status.active());
    json.writeBooleanField("degraded", status.degraded());
    json.writeArrayFieldStart("order");
    for (String name : status.order()) {
      json.writeString(name);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("providers");
    for (RelayStatus.ProviderStatus provider : status.providers()) {
      write(json, provider);
    }
    json.writeEndArray();
    json.writeFieldName("lastSwitch");
    ProviderSwitch last = status.lastSwitch();
    if (last == null) {
      json.writeNull();
    } else {
      json.writeStartObject();
      json.writeStringField("from", last.from() == null ? status.fallbackName() : last.from());
      json.writeStringField("to", last.to() == null ? status.fallbackName() : last.to());
      json.writeStringField("reason", last.reason());
      json.writeStringField("at", last.at().toString());
      json.writeEndObject();
    }
    json.writeObjectFieldStart("lag");
    json.writeNumberField("publications", status.lag().publications());
    json.writeNumberField("millis", status.lag().millis());
    json.writeEndObject();
    json.writeNumberField("relayed", status.relayed());
    json.writeNumberField("rejected", status.rejected());
    json.writeNumberField("missed", status.missed());
  }

  private static void write(JsonGenerator json, RelayStatus.ProviderStatus provider)
      throws IOException {
    ProviderState state = provider.state();
    json.writeStartObject();
    json.writeStringField("name", state.name());
    json.writeStringField("state", state.condition().name().toLowerCase(Locale.ROOT));
    json.writeStringField("since", state.since().toString());
    if (state.reason() != null) {
      json.writeStringField("reason", state.reason());
    }
    json.writeStringField("breaker", provider.breaker());
    json.writeNumberField("relayed", provider.relayed());
    json.writeEndObject();
  }
}
