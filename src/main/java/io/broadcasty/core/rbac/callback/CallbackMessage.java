package io.broadcasty.core.rbac.callback;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.broadcasty.core.json.JsonValues;
import io.broadcasty.core.rbac.AccessRequest;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes questions and reads answers. Pure. */
final class CallbackMessage {

  /** The longest time for which an answer counts, whatever it says. */
  static final long MAX_AGE_SECONDS = 3600;

  private static final JsonFactory JSON = new JsonFactory();
  private static final Pattern MAX_AGE =
      Pattern.compile("(?:^|[,\\s])max-age\\s*=\\s*\"?([0-9]{1,9})");
  private static final Pattern UNCACHED = Pattern.compile("(?:^|[,\\s])no-(?:store|cache)");
  private static final int MAX_REASON = 200;

  private CallbackMessage() {}

  /**
   * An answer.
   *
   * @param reason for people; null when there is none
   */
  record Answer(boolean allowed, @Nullable String reason) {}

  /** Returns the body of a question. */
  static String question(AccessRequest request, long nowMillis) {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("type", "access.decide");
      json.writeStringField("timestamp", Instant.ofEpochMilli(nowMillis).toString());
      json.writeObjectFieldStart("data");
      json.writeStringField("tenant", request.tenant());
      json.writeStringField("channel", request.channel());
      json.writeStringField("operation", request.operation().wireName());
      json.writeStringField("user", request.userId());
      json.writeFieldName("roles");
      JsonValues.write(json, request.roles().stream().sorted().toList());
      json.writeFieldName("claims");
      JsonValues.write(json, request.claims());
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    return out.toString();
  }

  /**
   * Reads an answer: an object with {@code allowed}, true or false, and perhaps {@code reason}.
   *
   * @throws CallbackException when it is none
   */
  static Answer answer(CallbackExchange.Reply reply) {
    if (reply.status() != 200) {
      throw new CallbackException("the reply has the status " + reply.status(), null);
    }
    Boolean allowed = null;
    String reason = null;
    try (JsonParser json = JSON.createParser(reply.body())) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new CallbackException("the reply is no JSON object", null);
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        if (field.equals("allowed") && value.isBoolean()) {
          allowed = json.getBooleanValue();
        } else if (field.equals("reason") && value == JsonToken.VALUE_STRING) {
          reason = json.getText();
        } else {
          json.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new CallbackException("the reply is no JSON", e);
    }
    if (allowed == null) {
      throw new CallbackException("`allowed` in the reply is neither true nor false", null);
    }
    return new Answer(
        allowed,
        reason == null || reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON));
  }

  /** Returns for how many seconds an answer counts; 0 for this request only. */
  static long maxAgeSeconds(@Nullable String cacheControl) {
    if (cacheControl == null || UNCACHED.matcher(cacheControl).find()) {
      return 0;
    }
    Matcher age = MAX_AGE.matcher(cacheControl);
    return age.find() ? Math.min(MAX_AGE_SECONDS, Long.parseLong(age.group(1))) : 0;
  }
}
