/**
 * Asks for far more than it reads: frames with 100 commands {@code members} of 1000 members each,
 * pages of replay and presence over HTTP, and subscriptions from the oldest publication.
 */
final class BigReplies extends Attack {

  private static final int FILLERS = 4;
  private static final int MEMBERS = 1500;
  private static final int PUBLICATIONS = 150;
  private static final int SOCKETS = 100;
  private static final int USERS = 50;
  private static final int FRAMES = 5;
  private static final int REQUESTS = 20;
  private static final int FILLING_MILLIS = 4000;
  private static final String PRESENCE = "presence-big";

  private final String data = random(1900);
  private final String payload = random(60_000);
  private int filled;

  @Override
  void start() {
    String[] publishers = new String[FILLERS];
    for (int i = 0; i < FILLERS; i++) {
      publishers[i] = tokens.of("publisher-" + i, "member", "publisher");
    }
    hold(FILLERS, n -> new Filler(publishers[n]));
    loop.after(
        FILLING_MILLIS,
        () -> {
          hold(SOCKETS, n -> new Asking(tokens.of("user-" + n % USERS, "member")));
          hold(SOCKETS, n -> new Reading(tokens.of("reader-" + n % USERS, "member"), n % 2 == 0));
        });
  }

  /** Fills the channels as fast as possible, and then renews the members. */
  private final class Filler extends Peer {
    private final String token;

    Filler(String token) {
      this.token = token;
    }

    @Override
    void opened() {
      next();
    }

    @Override
    void status(int status) {
      loop.after(filled < MEMBERS + PUBLICATIONS ? 0 : 20, this::next);
    }

    private void next() {
      if (isEnded()) {
        return;
      }
      int n = filled++;
      if (n < PUBLICATIONS) {
        String body = "{\"channel\":\"big\",\"payload\":\"" + payload + "\"}";
        send(Requests.post("/broadcasty/publish", token, body));
        return;
      }
      String member = "{\"id\":\"m" + n % MEMBERS + "\",\"data\":\"" + data + "\"}";
      String body = "{\"channel\":\"" + PRESENCE + "\",\"member\":" + member + "}";
      send(Requests.post("/broadcasty/presence/join", token, body));
    }
  }

  /** A WebSocket that commands and stops to read. */
  private static final class Asking extends WebSocketPeer {

    Asking(String token) {
      super(token);
    }

    @Override
    void upgraded() {
      subscribe(PRESENCE, "");
      subscribe("big", ",\"fromSequence\":0");
      String command =
          "{\"id\":3,\"command\":\"members\",\"channel\":\"" + PRESENCE + "\",\"limit\":1000}";
      String frame = "[" + (command + ",").repeat(99) + command + "]";
      for (int i = 0; i < FRAMES; i++) {
        send(Requests.text(frame));
      }
      interest();
    }

    private void subscribe(String channel, String start) {
      send(
          Requests.text(
              "{\"id\":1,\"command\":\"subscribe\",\"channel\":\"" + channel + "\"" + start + "}"));
    }

    @Override
    boolean reads() {
      return !isUpgraded();
    }

    @Override
    int receiveBuffer() {
      return 4096;
    }
  }

  /** An HTTP connection that sends several requests and reads no answer. */
  private static final class Reading extends Peer {
    private final String token;
    private final boolean replay;

    Reading(String token, boolean replay) {
      this.token = token;
      this.replay = replay;
    }

    @Override
    void opened() {
      String path =
          replay ? "/broadcasty/replay?channel=big" : "/broadcasty/presence?channel=" + PRESENCE;
      for (int i = 0; i < REQUESTS; i++) {
        send(Requests.get(path + "&limit=1000", token));
      }
    }

    @Override
    boolean reads() {
      return false;
    }

    @Override
    int receiveBuffer() {
      return 4096;
    }
  }
}
