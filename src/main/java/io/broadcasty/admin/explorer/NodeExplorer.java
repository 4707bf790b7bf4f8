package io.broadcasty.admin.explorer;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.question.NodeQuestions;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/** Asks all nodes about themselves, whichever store they share. */
@ThreadSafe
public final class NodeExplorer {

  private static final String NODES = "nodes";
  private static final String DRIVERS = "drivers";

  private final NodeQuestions questions;
  private final WallClock clock;

  /**
   * Creates the explorer; from then on this node answers the questions of others.
   *
   * @param here reports this node as it is now, and what a tenant has on it
   * @param drivers describes the relay of this node, as a JSON object
   */
  public NodeExplorer(
      Function<TenantId, NodeReport> here,
      Supplier<String> drivers,
      NodeQuestions questions,
      WallClock clock) {
    this.questions = questions;
    this.clock = clock;
    questions.respondTo(
        NODES, text -> NodeQuestion.writeAnswer(here.apply(NodeQuestion.read(text).tenant())));
    questions.respondTo(DRIVERS, text -> drivers.get());
  }

  /**
   * Returns the nodes that run, with what a tenant has on each. Blocks for other nodes.
   *
   * @throws BusyException when too many others are exploring on this node
   */
  public NodePage nodes(TenantId tenant) {
    NodeQuestions.Answers answers = ask(NODES, new NodeQuestion(tenant).text());
    Instant now = clock.now();
    List<NodeReport> reports = new ArrayList<>();
    SortedSet<String> missing = new TreeSet<>(answers.missing());
    answers
        .byNode()
        .forEach(
            (node, text) -> {
              NodeReport report = NodeQuestion.readAnswer(text, now);
              if (report == null) {
                missing.add(node);
              } else {
                reports.add(report);
              }
            });
    reports.sort(
        Comparator.comparing((NodeReport each) -> each.info().startedAt())
            .thenComparing(each -> each.info().name()));
    return new NodePage(List.copyOf(reports), missing);
  }

  /**
   * Returns the state of the relay on each node, as JSON objects. Blocks for other nodes.
   *
   * @throws BusyException when too many others are exploring on this node
   */
  public NodeQuestions.Answers drivers() {
    return ask(DRIVERS, "{}");
  }

  private NodeQuestions.Answers ask(String subject, String parameters) {
    NodeQuestions.Answers answers = questions.ask(subject, parameters, null);
    if (answers == null) {
      throw new BusyException();
    }
    return answers;
  }
}
