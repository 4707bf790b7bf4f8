package io.broadcasty.relay.ably;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.relay.failover.ProviderFailure;
import io.broadcasty.relay.provider.Provider;
import io.broadcasty.relay.provider.ProviderChannelName;
import io.broadcasty.relay.provider.ProviderException;
import io.broadcasty.relay.provider.ProviderHttpClient;
import io.broadcasty.relay.provider.RelayOutcome;
import io.broadcasty.streams.broker.Headers;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.wire.JsonWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Relays publications to Ably by its REST API.
 *
 * <p>A message's name is the publication's event, else {@code message}; its data is the publication
 * as Broadcasty's own subscribers get it, as JSON. Its headers are in {@code extras.headers} too.
 *
 * <p>Message ids consist of the position of the first message of the request and a number, so that
 * Ably drops a request that is sent again within two minutes. Ably accepts a request as a whole or
 * not at all.
 */
@ThreadSafe
public final class AblyProvider implements Provider {

  private static final String NAME = "ably";
  private static final String DEFAULT_EVENT = "message";
  private static final int MAX_BATCH = 20;
  private static final int MAX_BATCH_BYTES = 60_000;

  /** An upper bound of the bytes of an id and its field. */
  private static final int ID_BYTES = 72;

  private static final int OK = 200;
  private static final int CREATED = 201;
  private static final int BAD_REQUEST = 400;
  private static final int TOO_LARGE = 413;
  private static final int UNPROCESSABLE = 422;
  private static final String TOO_LARGE_CODE = "40009";

  private final AblySettings settings;
  private final String authorization;
  private final ProviderHttpClient calls;

  public AblyProvider(AblySettings settings, ProviderHttpClient calls) {
    this.settings = settings;
    this.authorization =
        "Basic "
            + Base64.getEncoder()
                .encodeToString((settings.keyName() + ":" + settings.keySecret()).getBytes(UTF_8));
    this.calls = calls;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public RelayOutcome send(List<Publication> run) throws ProviderException, InterruptedException {
    String channel = ProviderChannelName.of(run.get(0).envelope().channel());
    if (channel == null) {
      return new RelayOutcome.Rejected(
          "the channel's name has more than "
              + ProviderChannelName.MAX_LENGTH
              + " characters there");
    }
    String path = "/channels/" + URLEncoder.encode(channel, UTF_8) + "/messages";
    List<String> messages = messages(run);
    HttpResponse<Void> answer = post(path, "[" + String.join(",", messages) + "]");
    if (isContentError(answer)
        && messages.size() > 1) { // one of them is invalid; try the first alone
      messages = messages.subList(0, 1);
      answer = post(path, "[" + messages.get(0) + "]");
    }
    if (answer.statusCode() == CREATED || answer.statusCode() == OK) {
      return new RelayOutcome.Accepted(messages.size());
    }
    if (isContentError(answer)) {
      String code = answer.headers().firstValue("X-Ably-ErrorCode").orElse("");
      return new RelayOutcome.Rejected(
          answer.statusCode() == TOO_LARGE || code.equals(TOO_LARGE_CODE)
              ? "it is too large"
              : "it is not valid there (" + answer.statusCode() + ")");
    }
    throw calls.failure(answer);
  }

  /** Asks for Ably's time, and then for a token, which requires only valid credentials. */
  @Override
  public void probe() throws ProviderException, InterruptedException {
    HttpResponse<String> time = calls.send(request("/time").GET(), BodyHandlers.ofString(UTF_8));
    if (time.statusCode() != OK) {
      throw calls.failure(time);
    }
    String millis = time.body().replaceAll("[\\[\\]\\s]", "");
    if (!millis.matches("[0-9]{1,18}")) {
      throw new ProviderException(
          ProviderFailure.misconfigured(
              "does not return the time as Ably does; the address may be wrong"),
          null);
    }
    String tokenRequest =
        JsonWriter.object(
            json -> {
              json.writeStringField("keyName", settings.keyName());
              json.writeNumberField("timestamp", Long.parseLong(millis));
            });
    HttpResponse<Void> token =
        post(
            "/keys/" + URLEncoder.encode(settings.keyName(), UTF_8) + "/requestToken",
            tokenRequest);
    if (token.statusCode() != OK && token.statusCode() != CREATED) {
      throw calls.failure(token);
    }
  }

  /** Returns the JSON of as many messages as fit into one request, at least one. */
  private static List<String> messages(List<Publication> run) {
    List<String> messages = new ArrayList<>();
    int bytes = 0;
    for (Publication publication : run) {
      String message = message(publication);
      bytes += message.getBytes(UTF_8).length + ID_BYTES;
      if (messages.size() == MAX_BATCH || (bytes > MAX_BATCH_BYTES && !messages.isEmpty())) {
        break;
      }
      messages.add(message);
    }
    Position first = run.get(0).position();
    for (int i = 0; i < messages.size(); i++) {
      messages.set(
          i, "{\"id\":\"" + id(first, messages.size(), i) + "\"," + messages.get(i).substring(1));
    }
    return messages;
  }

  /**
   * Returns a message's id, which includes the number of messages: to Ably a repeated request with
   * more messages is a new one, which it would otherwise drop as a whole. Uses only characters that
   * JSON does not escape.
   */
  private static String id(Position first, int count, int index) {
    return first.epoch()
        + "-"
        + first.partition()
        + "-"
        + first.sequence()
        + "-"
        + count
        + ":"
        + index;
  }

  /** Returns a message without its id, which depends on the number of messages. */
  private static String message(Publication publication) {
    String name = publication.envelope().message().event();
    return JsonWriter.object(
        json -> {
          json.writeStringField("name", name == null ? DEFAULT_EVENT : name);
          json.writeStringField("data", JsonWriter.publication(publication));
          json.writeStringField("encoding", "json");
          Headers headers = publication.envelope().message().headers();
          if (!headers.isEmpty()) {
            json.writeObjectFieldStart("extras");
            JsonWriter.writeHeaders(json, "headers", headers);
            json.writeEndObject();
          }
        });
  }

  private static boolean isContentError(HttpResponse<?> answer) {
    int status = answer.statusCode();
    return status == BAD_REQUEST || status == TOO_LARGE || status == UNPROCESSABLE;
  }

  private HttpResponse<Void> post(String path, String body)
      throws ProviderException, InterruptedException {
    return calls.send(
        request(path)
            .header("Authorization", authorization)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)),
        BodyHandlers.discarding());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(settings.base() + path)).header("X-Ably-Version", "3");
  }
}
