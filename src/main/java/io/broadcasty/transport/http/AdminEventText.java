package io.broadcasty.transport.http;

import io.broadcasty.admin.events.AdminEvent;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.wire.JsonWriter;
import java.util.Map;
import java.util.TreeMap;

/**
 * An event for administrators as the protocol has it.
 *
 * @param name the name of the event
 * @param data a JSON object
 */
record AdminEventText(String name, String data) {

  static AdminEventText of(AdminEvent event) {
    if (event instanceof AdminEvent.Audited audited) {
      return new AdminEventText(
          "audit", JsonWriter.object(json -> AuditText.write(json, audited.entry())));
    }
    if (event instanceof AdminEvent.NodeChanged changed) {
      return new AdminEventText(
          "node",
          JsonWriter.object(
              json -> {
                json.writeStringField("node", changed.node());
                json.writeStringField("change", changed.joined() ? "joined" : "left");
              }));
    }
    if (event instanceof AdminEvent.ChannelChanged changed) {
      return new AdminEventText(
          "channel",
          JsonWriter.object(
              json -> {
                json.writeStringField("tenant", changed.channel().tenant().value());
                json.writeStringField("channel", changed.channel().name().value());
                json.writeStringField("change", changed.occupied() ? "occupied" : "vacated");
              }));
    }
    if (event instanceof AdminEvent.Connections connections) {
      return new AdminEventText("connections", connections(connections));
    }
    if (event instanceof AdminEvent.ServiceChanged changed) {
      return new AdminEventText(
          "service",
          JsonWriter.object(
              json -> {
                json.writeStringField("node", changed.node());
                json.writeStringField("service", changed.service());
                json.writeStringField("state", changed.state());
              }));
    }
    return new AdminEventText("missed", "{}");
  }

  private static String connections(AdminEvent.Connections connections) {
    return JsonWriter.object(
        json -> {
          TenantId tenant = connections.of();
          if (tenant != null) {
            json.writeStringField("tenant", tenant.value());
          }
          json.writeNumberField(
              "count", connections.byNode().values().stream().mapToLong(Integer::longValue).sum());
          json.writeObjectFieldStart("nodes");
          for (Map.Entry<String, Integer> each : new TreeMap<>(connections.byNode()).entrySet()) {
            json.writeNumberField(each.getKey(), each.getValue());
          }
          json.writeEndObject();
        });
  }
}
