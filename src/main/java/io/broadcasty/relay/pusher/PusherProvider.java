package io.broadcasty.relay.pusher;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.relay.provider.Provider;
import io.broadcasty.relay.provider.ProviderChannelName;
import io.broadcasty.relay.provider.ProviderException;
import io.broadcasty.relay.provider.ProviderHttpClient;
import io.broadcasty.relay.provider.RelayOutcome;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.wire.JsonWriter;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;

/**
 * Relays publications to Pusher Channels, or to a server with the same HTTP API.
 *
 * <p>An event's name is the publication's event, else {@code message}; its data is the publication
 * as Broadcasty's own subscribers get it, and on an encrypted channel only the payload, since
 * clients decrypt it.
 *
 * <p>A request whose reply came too late may have been carried out: Pusher has no message ids, so
 * clients drop repeated publications by their position.
 */
@ThreadSafe
public final class PusherProvider implements Provider {

  private static final String DEFAULT_EVENT = "message";
  private static final int MAX_BATCH = 10;
  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;
  private static final int TOO_LARGE = 413;
  private static final int UNPROCESSABLE = 422;
  private static final byte[] NOTHING = {};

  private final PusherSettings settings;
  private final PusherSigner signature;
  private final ProviderHttpClient calls;
  private final WallClock clock;

  public PusherProvider(PusherSettings settings, ProviderHttpClient calls, WallClock clock) {
    this.settings = settings;
    this.signature = new PusherSigner(settings.key(), settings.secret());
    this.calls = calls;
    this.clock = clock;
  }

  @Override
  public String name() {
    return settings.name();
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
    List<String> events = events(channel, run);
    if (events.size() > 1) {
      byte[] batch = ("{\"batch\":[" + String.join(",", events) + "]}").getBytes(UTF_8);
      HttpResponse<Void> answer = post("/batch_events", batch);
      if (answer.statusCode() == OK) {
        return new RelayOutcome.Accepted(events.size());
      }
      if (!isContentError(answer)) {
        throw calls.failure(answer);
      }
      // one of them is invalid; try the first alone
    }
    HttpResponse<Void> answer = post("/events", events.get(0).getBytes(UTF_8));
    if (answer.statusCode() == OK) {
      return new RelayOutcome.Accepted(1);
    }
    if (isContentError(answer)) {
      return new RelayOutcome.Rejected(
          answer.statusCode() == TOO_LARGE
              ? "it is too large (413)"
              : "it is not valid there (" + answer.statusCode() + ")");
    }
    throw calls.failure(answer);
  }

  @Override
  public void probe() throws ProviderException, InterruptedException {
    HttpResponse<Void> answer = call("GET", "/channels", NOTHING);
    if (answer.statusCode() != OK) {
      throw calls.failure(answer);
    }
  }

  /** Returns the JSON of as many events as fit into one request. */
  private List<String> events(String channel, List<Publication> run) {
    List<String> events = new ArrayList<>();
    int bytes = 0;
    for (Publication publication : run) {
      String event = event(channel, publication);
      bytes += event.getBytes(UTF_8).length + 1;
      if (events.size() == MAX_BATCH || (bytes > settings.batchBytes() && !events.isEmpty())) {
        break;
      }
      events.add(event);
    }
    return events;
  }

  private static String event(String channel, Publication publication) {
    String name = publication.envelope().message().event();
    boolean encrypted =
        publication.envelope().channel().name().kind() == ChannelName.Kind.ENCRYPTED;
    return JsonWriter.object(
        json -> {
          json.writeStringField("name", name == null ? DEFAULT_EVENT : name);
          json.writeStringField("channel", channel);
          json.writeStringField(
              "data",
              encrypted
                  ? publication.envelope().message().payload()
                  : JsonWriter.publication(publication));
        });
  }

  private static boolean isContentError(HttpResponse<?> answer) {
    int status = answer.statusCode();
    return status == BAD_REQUEST || status == TOO_LARGE || status == UNPROCESSABLE;
  }

  private HttpResponse<Void> post(String call, byte[] body)
      throws ProviderException, InterruptedException {
    return call("POST", call, body);
  }

  private HttpResponse<Void> call(String method, String call, byte[] body)
      throws ProviderException, InterruptedException {
    String path = "/apps/" + settings.appId() + call;
    String query = signature.query(method, path, body, clock.nowMillis() / 1000);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(settings.base() + path + "?" + query))
            .method(
                method,
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    if (body.length > 0) {
      request.header("Content-Type", "application/json");
    }
    return calls.send(request, BodyHandlers.discarding());
  }
}
