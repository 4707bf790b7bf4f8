package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.relay.RelayStatus;
import io.broadcasty.relay.RelayStatusSource;
import io.broadcasty.relay.failover.ProviderState;
import io.broadcasty.relay.failover.ProviderSwitch;
import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.wire.JsonWriter;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Locale;

/**
 * Serves {@code /broadcasty/admin/drivers}: the provider to which this node relays publications,
 * and the state of each provider. For operators.
 */
@Path("admin/drivers")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.OPERATOR)
public class DriversResource {

  @Inject private RelayStatusSource report;

  /** Returns the current state. */
  @GET
  @Audited(value = "admin.drivers", kind = Audited.Kind.READ)
  public Response drivers() {
    RelayStatus status = report.status();
    return Response.ok(JsonWriter.object(json -> write(json, status))).build();
  }

  private static void write(JsonGenerator json, RelayStatus status) throws IOException {
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
