package io.broadcasty.admin.explorer;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.question.NodeQuestions;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Finds connections on all nodes, each of which knows its own. */
@ThreadSafe
public final class ConnectionExplorer {

  /** The most connections of a page. */
  public static final int MAX_PAGE = 200;

  private static final String SUBJECT = "connections";

  private final String self;
  private final OpenConnections here;
  private final NodeQuestions questions;

  /** Creates the explorer; from then on this node answers the questions of others. */
  public ConnectionExplorer(String self, OpenConnections here, NodeQuestions questions) {
    this.self = self;
    this.here = here;
    this.questions = questions;
    questions.respondTo(SUBJECT, this::answer);
  }

  /**
   * Finds a page of connections. Blocks for other nodes.
   *
   * @throws BusyException when too many others are exploring on this node
   */
  public ConnectionPage find(ConnectionSearch search) {
    NodeQuestions.Answers answers =
        questions.ask(SUBJECT, ConnectionQuestion.of(search).text(), search.node());
    if (answers == null) {
      throw new BusyException();
    }
    SortedMap<String, Integer> counts = new TreeMap<>();
    SortedSet<String> missing = new TreeSet<>(answers.missing());
    List<ConnectionPage.Row> rows = new ArrayList<>();
    answers
        .byNode()
        .forEach(
            (node, text) -> {
              OpenConnections.Found found = ConnectionQuestion.readAnswer(text);
              if (found == null) {
                missing.add(node);
                return;
              }
              counts.put(node, found.count());
              for (ExploredConnection each : found.connections()) {
                rows.add(new ConnectionPage.Row(node, each));
              }
            });
    boolean full = rows.size() >= search.limit();
    List<ConnectionPage.Row> page = full ? rows.subList(0, search.limit()) : rows;
    return new ConnectionPage(
        List.copyOf(page), full ? cursor(page.get(page.size() - 1)) : null, counts, missing);
  }

  private static ConnectionCursor cursor(ConnectionPage.Row row) {
    return new ConnectionCursor(row.node(), row.connection().number());
  }

  private String answer(String parameters) {
    ConnectionQuestion question = ConnectionQuestion.read(parameters);
    Long after = ConnectionCursor.after(question.after(), self);
    return ConnectionQuestion.writeAnswer(
        here.find(
            question.tenant(),
            question.user(),
            question.transport(),
            after == null ? Long.MAX_VALUE : after,
            after == null ? 0 : Math.min(question.limit(), MAX_PAGE)));
  }
}
