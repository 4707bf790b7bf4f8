package io.broadcasty.protocol.example;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.EncodedPresence;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.hub.FrameEncoder;
import io.broadcasty.delivery.session.MessageProtocol;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.delivery.session.StreamRequest;
import io.broadcasty.delivery.session.Transport;
import io.broadcasty.delivery.subscribe.SubscribeOutcome;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.Since;
import java.util.Locale;
import java.util.Objects;

/** A protocol in a package of its own, whose messages are lines: {@code token t}, {@code sub c}. */
final class ToyProtocol implements MessageProtocol {

  @Override
  public String name() {
    return "toy.lines";
  }

  @Override
  public Accepted accept(StreamRequest handshake) throws ProblemException {
    boolean loud = "true".equals(handshake.parameter("loud"));
    if (!loud && handshake.parameter("loud") != null) {
      throw new ProblemException(Code.INVALID_REQUEST, "`loud` must be true");
    }
    return (context, transport) -> new ToySession(context, transport, loud);
  }

  /** Counts the publications that it encodes. */
  static final class Encoder implements FrameEncoder<EncodedFrame> {
    static final Encoder QUIET = new Encoder(false);
    static final Encoder LOUD = new Encoder(true);

    private final boolean loud;
    int encoded;

    private Encoder(boolean loud) {
      this.loud = loud;
    }

    @Override
    public EncodedFrame publication(EncodedPublication encodedOne) {
      encoded++;
      Publication publication = encodedOne.publication();
      String line =
          publication.envelope().channel().name()
              + " "
              + publication.position().sequence()
              + " "
              + publication.envelope().message().payload();
      return EncodedFrame.message(loud ? line.toUpperCase(Locale.ROOT) : line);
    }

    @Override
    public EncodedFrame presence(PresenceChange change) {
      return EncodedFrame.message("members " + change.version());
    }
  }

  private static final class ToySession extends MessageSession {
    private final Encoder encoder;

    ToySession(SessionContext context, Transport transport, boolean loud) {
      super(context, transport);
      this.encoder = loud ? Encoder.LOUD : Encoder.QUIET;
      opened();
    }

    @Override
    public void onText(String text) {
      recordActivity();
      String[] words = text.split(" ", 2);
      if (words[0].equals("token")) {
        ProblemMapper.Identification verdict =
            ProblemMapper.authenticate(context.authenticator(), words[1], clientAddress());
        if (verdict instanceof ProblemMapper.Identified identified) {
          tell(open(identified.caller()) ? "hello" : "full");
        } else {
          end(((ProblemMapper.Unidentified) verdict).problem());
        }
      } else {
        SubscribeOutcome outcome =
            subscriptions().subscribe(Objects.requireNonNull(caller()), words[1], new Since.Live());
        Problem problem = ProblemMapper.problem(outcome);
        tell(problem == null ? "subscribed" : problem.code().wireName());
        if (outcome instanceof SubscribeOutcome.Subscribed subscribed) {
          subscribed.start().run();
        }
      }
    }

    private void tell(String line) {
      send(EncodedFrame.message(line));
    }

    @Override
    public void sendPublication(EncodedPublication publication) {
      send(publication.encodedBy(encoder));
    }

    @Override
    public void sendLost(ChannelName channel, LostPosition lost) {
      tell("lost " + channel);
    }

    @Override
    public void sendPresence(EncodedPresence change) {
      send(change.encodedBy(encoder));
    }

    @Override
    public void sendPresenceReset(ChannelName channel, PresencePage page) {
      tell("members " + page.version());
    }

    @Override
    protected EncodedFrame endFrame(Problem problem) {
      return EncodedFrame.message("bye " + problem.code().wireName());
    }
  }
}
