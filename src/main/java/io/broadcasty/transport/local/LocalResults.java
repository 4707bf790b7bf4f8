package io.broadcasty.transport.local;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.publish.PublishOutcome;
import io.broadcasty.wire.Problem;
import java.util.HashMap;
import java.util.Map;

/** The results of publications as maps of types of the JDK. */
final class LocalResults {

  private LocalResults() {}

  static Map<String, Object> of(ChannelName channel, PublishOutcome outcome) {
    Problem problem = ProblemMapper.problem(outcome);
    if (problem != null) {
      return of(problem);
    }
    Map<String, Object> result = new HashMap<>();
    result.put("channel", channel.value());
    if (outcome instanceof PublishOutcome.Published published) {
      Position position = published.appended().position();
      result.put("id", published.id());
      result.put("partition", (long) position.partition());
      result.put("sequence", position.sequence());
      result.put("epoch", position.epoch());
      result.put("duplicate", published.appended().duplicate());
    } else if (outcome instanceof PublishOutcome.Queued queued) {
      result.put("id", queued.id());
      result.put("queued", true);
    } else if (outcome instanceof PublishOutcome.Announced announced) {
      result.put("id", announced.id());
      result.put("stored", false);
    }
    return result;
  }

  static Map<String, Object> of(Problem problem) {
    Map<String, Object> result = new HashMap<>();
    result.put("code", problem.code().wireName());
    result.put("status", (long) problem.code().httpStatus());
    result.put("detail", problem.detail());
    Long seconds = problem.retryAfterSeconds();
    if (seconds != null) {
      result.put("retryAfter", seconds);
    }
    return result;
  }
}
