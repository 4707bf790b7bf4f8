package io.broadcasty.admin.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.lifecycle.PublicationEvent.ProviderSwitched;
import io.broadcasty.core.lifecycle.PublicationEvent.RelayRejected;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.tenant.TenantId;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes switches of the relay provider, and publications that a provider rejects, to the audit
 * log.
 */
@ThreadSafe
public final class AuditListener implements RealtimeListener {

  private static final System.Logger LOG = System.getLogger(AuditListener.class.getName());
  private static final JsonFactory JSON = new JsonFactory();

  private final AuditLog log;
  private final String node;
  private final LongSupplier nowMillis;
  private final Executor later;

  private interface Context {
    void write(JsonGenerator json) throws IOException;
  }

  /**
   * @param node names this node until it restarts
   * @param nowMillis the wall clock
   * @param later runs tasks that may block and are not urgent
   */
  public AuditListener(AuditLog log, String node, LongSupplier nowMillis, Executor later) {
    this.log = log;
    this.node = node;
    this.nowMillis = nowMillis;
    this.later = later;
  }

  @Override
  public void onProviderSwitched(ProviderSwitched event) {
    append(
        null,
        "driver.switch",
        json -> {
          json.writeStringField("node", node);
          json.writeStringField("from", event.from());
          json.writeStringField("to", event.to());
          json.writeStringField("reason", event.reason());
        });
  }

  @Override
  public void onRelayRejected(RelayRejected event) {
    append(
        event.channel().tenant(),
        "driver.rejected",
        json -> {
          json.writeStringField("channel", event.channel().name().value());
          json.writeStringField("provider", event.provider());
          json.writeStringField("reason", event.reason());
        });
  }

  private void append(@Nullable TenantId tenant, String action, Context context) {
    AuditEvent event = AuditEvent.ofService(tenant, action, text(context), nowMillis.getAsLong());
    try {
      later.execute(() -> log.append(event));
    } catch (RejectedExecutionException e) {
      LOG.log(
          Level.DEBUG,
          "An audit event was dropped because the node stops; it is in the server's log",
          e);
    }
  }

  private static String text(Context context) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      context.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return text.toString();
  }
}
