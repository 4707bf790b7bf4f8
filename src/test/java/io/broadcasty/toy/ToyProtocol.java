package io.broadcasty.toy;

import io.broadcasty.broker.Lost;
import io.broadcasty.broker.Publication;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.hub.EncodedPresence;
import io.broadcasty.hub.EncodedPublication;
import io.broadcasty.hub.FrameEncoder;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Problem;
import io.broadcasty.protocol.ProblemException;
import io.broadcasty.protocol.Since;
import io.broadcasty.session.Answers;
import io.broadcasty.session.MessageProtocol;
import io.broadcasty.session.MessageSession;
import io.broadcasty.session.SessionContext;
import io.broadcasty.session.StreamRequest;
import io.broadcasty.session.Transport;
import io.broadcasty.subscribe.SubscribeOutcome;
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
      heard();
      String[] words = text.split(" ", 2);
      if (words[0].equals("token")) {
        Answers.Identification verdict = Answers.caller(context.authenticator(), words[1]);
        if (verdict instanceof Answers.Identified identified) {
          tell(open(identified.caller()) ? "hello" : "full");
        } else {
          end(((Answers.Unidentified) verdict).problem());
        }
      } else {
        SubscribeOutcome outcome =
            subscriptions().subscribe(Objects.requireNonNull(caller()), words[1], new Since.Live());
        Problem problem = Answers.problem(outcome);
        tell(problem == null ? "subscribed" : problem.code().text());
        if (outcome instanceof SubscribeOutcome.Subscribed subscribed) {
          subscribed.start().run();
        }
      }
    }

    private void tell(String line) {
      send(EncodedFrame.message(line));
    }

    @Override
    public void publication(EncodedPublication publication) {
      send(publication.as(encoder));
    }

    @Override
    public void lost(ChannelName channel, Lost lost) {
      tell("lost " + channel);
    }

    @Override
    public void presence(EncodedPresence change) {
      send(change.as(encoder));
    }

    @Override
    public void presenceReset(ChannelName channel, PresencePage page) {
      tell("members " + page.version());
    }

    @Override
    protected EncodedFrame endFrame(Problem problem) {
      return EncodedFrame.message("bye " + problem.code().text());
    }
  }
}
