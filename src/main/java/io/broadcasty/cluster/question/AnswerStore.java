package io.broadcasty.cluster.question;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.control.ControlException;
import java.time.Duration;
import java.util.Map;

/**
 * Brings the answers of nodes to the one that has asked. An answer is kept for {@link #KEPT_FOR} at
 * least, unless it is deleted, and not for long after.
 */
@ThreadSafe
public interface AnswerStore {

  /** How long an answer is kept that nobody deletes: longer than anybody waits for it. */
  Duration KEPT_FOR = Duration.ofSeconds(30);

  /**
   * Stores the answer of a node; one that it gave before is kept or replaced. May block.
   *
   * @param question the id of the question
   * @throws ControlException when the store did not confirm it; nothing is to be done, since the
   *     node that asked waits for a short time only
   */
  void put(String question, String node, String answer);

  /**
   * Returns the answers that have been stored so far, by node. May block.
   *
   * @throws ControlException when the store cannot be read
   */
  Map<String, String> read(String question);

  /**
   * Deletes the answers to a question, which nobody reads any more. May block.
   *
   * @throws ControlException when the store did not confirm it; they are deleted later anyway
   */
  void delete(String question);
}
