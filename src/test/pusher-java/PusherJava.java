import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.pusher.client.Pusher;
import com.pusher.client.PusherOptions;
import com.pusher.client.channel.PresenceChannelEventListener;
import com.pusher.client.channel.PrivateChannel;
import com.pusher.client.channel.PrivateEncryptedChannelEventListener;
import com.pusher.client.channel.PusherEvent;
import com.pusher.client.channel.User;
import com.pusher.client.connection.ConnectionEventListener;
import com.pusher.client.connection.ConnectionState;
import com.pusher.client.connection.ConnectionStateChange;
import com.pusher.rest.data.Event;
import com.pusher.rest.data.PresenceUser;
import com.pusher.rest.data.Result;
import com.pusher.rest.data.Validity;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Pusher's libraries for Java, unmodified: pusher-java-client as the clients, and pusher-http-java
 * as the back end. Prints a line for each step that has worked, and ends with 1 at the first that
 * has not. Arguments: PORT APP-ID KEY SECRET.
 */
public final class PusherJava {

  private static final Gson GSON = new Gson();
  private static final String RUN = "-" + System.nanoTime();

  private final int port;
  private final String key;
  private final String secret;
  private final com.pusher.rest.Pusher backEnd;

  private PusherJava(String[] arguments) {
    port = Integer.parseInt(arguments[0]);
    key = arguments[2];
    secret = arguments[3];
    backEnd =
        new com.pusher.rest.Pusher(
            arguments[1], key, secret, Base64.getEncoder().encodeToString(new byte[32]));
    backEnd.setHost("127.0.0.1:" + port);
  }

  /** A client of one user, and what it was told, a line each. */
  private final class Client
      implements ConnectionEventListener,
          PresenceChannelEventListener,
          PrivateEncryptedChannelEventListener {

    final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    final Pusher pusher;

    Client(String user, String userData) throws Exception {
      PusherOptions options =
          new PusherOptions()
              .setHost("127.0.0.1")
              .setWsPort(port)
              .setUseTLS(false)
              .setChannelAuthorizer(
                  (channel, socketId) ->
                      channel.startsWith("presence-")
                          ? backEnd.authenticate(
                              socketId, channel, new PresenceUser(user, Map.of("name", user)))
                          : backEnd.authenticate(socketId, channel))
              .setUserAuthenticator(
                  socketId ->
                      GSON.toJson(
                          Map.of(
                              "auth",
                              key + ":" + sign(socketId + "::user::" + userData),
                              "user_data",
                              userData)));
      pusher = new Pusher(key, options);
      pusher.connect(this, ConnectionState.ALL);
      expect("CONNECTED");
    }

    void expect(String wanted) throws InterruptedException {
      while (true) {
        String next = told.poll(15, TimeUnit.SECONDS);
        if (next == null) {
          throw new AssertionError("in vain waited for " + wanted);
        }
        if (next.equals(wanted)) {
          return;
        }
      }
    }

    @Override
    public void onConnectionStateChange(ConnectionStateChange change) {
      told.add(change.getCurrentState().toString());
    }

    @Override
    public void onError(String message, String code, Exception e) {
      told.add("error " + code + " " + message);
    }

    @Override
    public void onSubscriptionSucceeded(String channel) {
      told.add("subscribed " + channel);
    }

    @Override
    public void onEvent(PusherEvent event) {
      told.add(event.getEventName() + " " + event.getData() + " " + event.getUserId());
    }

    @Override
    public void onAuthenticationFailure(String message, Exception e) {
      told.add("refused " + message);
    }

    @Override
    public void onDecryptionFailure(String event, String reason) {
      told.add("not decrypted " + reason);
    }

    @Override
    public void onUsersInformationReceived(String channel, Set<User> users) {
      told.add("users " + users.stream().map(User::getId).sorted().collect(Collectors.toList()));
    }

    @Override
    public void userSubscribed(String channel, User user) {
      told.add("+" + user.getId() + " " + user.getInfo());
    }

    @Override
    public void userUnsubscribed(String channel, User user) {
      told.add("-" + user.getId());
    }
  }

  private String sign(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonObject succeed(Result result) {
    if (result.getStatus() != Result.Status.SUCCESS) {
      throw new AssertionError(result.getStatus() + " " + result.getMessage());
    }
    return JsonParser.parseString(result.getMessage()).getAsJsonObject();
  }

  private static void equal(Object expected, Object actual) {
    if (!expected.equals(actual)) {
      throw new AssertionError("expected " + expected + ", but was " + actual);
    }
  }

  private void events() throws Exception {
    Client ann = new Client("ann", "");
    String news = "news" + RUN;
    String chat = "private-chat" + RUN;
    String safe = "private-encrypted-safe" + RUN;
    String cache = "cache-prices" + RUN;
    ann.pusher.subscribe(news, ann, "e");
    ann.expect("subscribed " + news);
    succeed(backEnd.trigger(List.of(news, "other" + RUN), "e", Map.of("n", 1)));
    ann.expect("e {\"n\":1} null");
    String own = ann.pusher.getConnection().getSocketId();
    succeed(backEnd.trigger(news, "e", "not for the sender", own));
    succeed(backEnd.trigger(List.of(new Event(news, "e", 2), new Event(cache, "e", 3))));
    equal("e 2 null", ann.told.poll(15, TimeUnit.SECONDS));
    ann.pusher.subscribe(cache, ann, "e");
    ann.expect("e 3 null");
    ann.pusher.subscribePrivateEncrypted(safe, ann, "e");
    ann.expect("subscribed " + safe);
    succeed(backEnd.trigger(safe, "e", Map.of("secret", "kept")));
    ann.expect("e {\"secret\":\"kept\"} null");
    Client bob = new Client("bob", "");
    PrivateChannel annsChat = ann.pusher.subscribePrivate(chat, ann, "client-x");
    ann.expect("subscribed " + chat);
    bob.pusher.subscribePrivate(chat, bob, "client-x");
    bob.expect("subscribed " + chat);
    annsChat.trigger("client-x", "{\"on\":true}");
    bob.expect("client-x {\"on\":true} null");
    ann.pusher.disconnect();
    bob.pusher.disconnect();
  }

  private void presence() throws Exception {
    String room = "presence-room" + RUN;
    Client ann = new Client("ann", "");
    Client bob = new Client("bob", "");
    Client again = new Client("bob", "");
    ann.pusher.subscribePresence(room, ann, "client-x");
    ann.expect("users [ann]");
    bob.pusher.subscribePresence(room, bob);
    bob.expect("users [ann, bob]");
    ann.expect("+bob {\"name\":\"bob\"}");
    again.pusher.subscribePresence(room, again);
    again.expect("users [ann, bob]");
    JsonObject users = succeed(backEnd.get("/channels/" + room + "/users"));
    equal(2, users.getAsJsonArray("users").size());
    JsonObject channels =
        succeed(backEnd.get("/channels", Map.of("filter_by_prefix", room, "info", "user_count")));
    equal(
        2, channels.getAsJsonObject("channels").getAsJsonObject(room).get("user_count").getAsInt());
    again.pusher.getPresenceChannel(room).trigger("client-x", "{}");
    ann.expect("client-x {} bob");
    bob.pusher.disconnect();
    again.pusher.disconnect();
    ann.expect("-bob");
    ann.pusher.disconnect();
  }

  private void users() throws Exception {
    String id = "user" + RUN;
    Client ann = new Client(id, "{\"id\":\"" + id + "\"}");
    ann.pusher.user().bind("e", ann);
    ann.pusher.signin();
    JsonObject event = new JsonObject();
    event.addProperty("name", "e");
    event.addProperty("channel", "#server-to-user-" + id);
    boolean got = false;
    for (int i = 0; i < 150 && !got; i++) { // the library tells nobody that the user is signed in
      event.addProperty("data", "{\"attempt\":" + i + "}");
      succeed(backEnd.post("/events", event.toString()));
      String next = ann.told.poll(100, TimeUnit.MILLISECONDS);
      got = next != null && next.startsWith("e {\"attempt\":");
    }
    equal(true, got);
    equal(id, ann.pusher.user().userId());
    succeed(backEnd.post("/users/" + id + "/terminate_connections", "{}"));
    ann.expect("DISCONNECTED");
  }

  private void webhooks() {
    String body = "{\"time_ms\":1,\"events\":[{\"name\":\"channel_occupied\",\"channel\":\"a\"}]}";
    equal(Validity.VALID, backEnd.validateWebhookSignature(key, sign(body), body));
    equal(Validity.INVALID, backEnd.validateWebhookSignature(key, sign(body + " "), body));
  }

  /** One thing that has to work. */
  private interface Step {
    void run() throws Exception;
  }

  private static void run(String name, Step step) {
    try {
      step.run();
      System.out.println("ok " + name);
    } catch (Exception | AssertionError e) {
      System.out.println("failed " + name);
      e.printStackTrace(System.out);
      System.exit(1);
    }
  }

  public static void main(String[] arguments) {
    PusherJava libraries = new PusherJava(arguments);
    run("events of each kind of channel", libraries::events);
    run("presence with two users and three sockets", libraries::presence);
    run("a user signs in, and is disconnected", libraries::users);
    run("webhooks are validated", libraries::webhooks);
    System.exit(0);
  }
}
