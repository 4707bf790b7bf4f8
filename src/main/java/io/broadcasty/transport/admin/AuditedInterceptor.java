package io.broadcasty.transport.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.admin.audit.AuditEvent;
import io.broadcasty.admin.audit.AuditLog;
import io.broadcasty.admin.audit.AuditOutcome;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.transport.edge.CurrentCaller;
import io.broadcasty.wire.JsonWriter;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes calls that change or disclose something to the audit log, once they have succeeded or
 * failed.
 */
@Audited
@Interceptor
@Priority(Interceptor.Priority.APPLICATION + 30)
public class AuditedInterceptor {

  private static final int FAILED = 500;

  @Inject private AuditLog log;
  @Inject private WallClock clock;
  @Inject private CurrentCaller current;
  @Inject private AuditNote note;

  @AroundInvoke
  @Nullable Object audit(InvocationContext call) throws Exception {
    Audited audited = Bindings.find(call.getMethod(), Audited.class);
    switch (audited.kind()) {
      case READ, BY_USE_CASE -> {
        return call.proceed();
      }
      case CHANGE, DISCLOSURE -> {}
    }
    int status = FAILED;
    try {
      Object result = call.proceed();
      status = result instanceof Response response ? response.getStatus() : 200;
      return result;
    } catch (RefusedException e) {
      status = e.problem().code().httpStatus();
      throw e;
    } finally {
      append(audited.value(), status);
    }
  }

  private void append(String action, int status) {
    Caller caller = current.require();
    log.append(
        new AuditEvent(
            note.tenant(),
            action,
            status < 400 ? AuditOutcome.DONE : AuditOutcome.FAILED,
            caller.tenant(),
            caller.subject(),
            caller.address(),
            note.target(),
            JsonWriter.object(json -> writeContext(json, status)),
            clock.nowMillis()));
  }

  private void writeContext(JsonGenerator json, int status) throws IOException {
    json.writeNumberField("status", status);
    String change = note.context();
    if (change != null) {
      json.writeFieldName("change");
      json.writeRawValue(change);
    }
  }
}
