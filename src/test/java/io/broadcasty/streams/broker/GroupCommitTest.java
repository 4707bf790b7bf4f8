package io.broadcasty.streams.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the publishers' outcomes when an append fails unexpectedly. */
class GroupCommitTest {

  private static final TenantChannel NEWS =
      new TenantChannel(new TenantId("acme"), new ChannelName("news"));

  private final BackgroundLoops loops = new BackgroundLoops(Ticker.system());
  private final ArrayDeque<Throwable> thrown = new ArrayDeque<>();
  private final MemoryBudget memory = new MemoryBudget(MemoryArea.QUEUES, 10_000, 50);
  private final CountDownLatch stuck = new CountDownLatch(1);
  private volatile boolean waiting;
  private final GroupCommit commits =
      new GroupCommit(
          this::append, 100, 1 << 20, memory, loops.supervised("committer"), Runnable::run);

  private List<List<AppendOutcome>> append(List<Submission> group) {
    if (waiting) {
      awaitStore();
    }
    @Nullable Throwable next = thrown.poll();
    if (next instanceof Error error) {
      throw error;
    }
    if (next instanceof RuntimeException failure) {
      throw failure;
    }
    return group.stream()
        .map(
            submission ->
                submission.envelopes().stream()
                    .map(envelope -> (AppendOutcome) new AppendOutcome.Queued())
                    .toList())
        .toList();
  }

  private void awaitStore() {
    try {
      assertTrue(stuck.await(10, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void close() {
    commits.close();
    assertEquals(0, memory.usedBytes(), "every answer releases what has waited");
    assertEquals(0, memory.usedBytes(NEWS.tenant()));
  }

  private AppendOutcome publish() throws Exception {
    return commits
        .publish(List.of(new Envelope(NEWS, 0, "i", false, Message.of("\"secret\""))))
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS)
        .get(0);
  }

  @Test
  void aTenantWhosePublicationsWaitForAStuckStoreDoesNotTakeThePlaceOfAnother() throws Exception {
    waiting = true;
    TenantChannel other = new TenantChannel(new TenantId("other"), new ChannelName("news"));
    Message message = Message.of('"' + "x".repeat(1_500) + '"');
    List<CompletableFuture<List<AppendOutcome>>> answers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      answers.add(
          commits
              .publish(List.of(new Envelope(NEWS, 0, "i", false, message)))
              .toCompletableFuture());
    }
    AppendOutcome.NoMemory refused =
        assertInstanceOf(
            AppendOutcome.NoMemory.class, answers.get(4).get(10, TimeUnit.SECONDS).get(0));
    assertEquals(MemoryArea.QUEUES, refused.area());
    assertEquals(MemoryBudget.Grant.TENANT_FULL, refused.full());
    CompletableFuture<List<AppendOutcome>> others =
        commits.publish(List.of(new Envelope(other, 0, "i", false, message))).toCompletableFuture();
    stuck.countDown();
    assertInstanceOf(AppendOutcome.Queued.class, others.get(10, TimeUnit.SECONDS).get(0));
    assertInstanceOf(AppendOutcome.Queued.class, answers.get(0).get(10, TimeUnit.SECONDS).get(0));
  }

  @Test
  void anErrorIsAnsweredAsUnavailableAndLaterPublishersAreServed() throws Exception {
    thrown.add(new OutOfMemoryError("thrown by a test"));
    assertInstanceOf(AppendOutcome.Unavailable.class, publish());
    assertInstanceOf(AppendOutcome.Queued.class, publish());
    assertEquals(1, loops.condition("committer").restarts());
  }

  @Test
  void anExceptionIsAnsweredAndLoggedOnceWithoutItsMessage() throws Exception {
    try (LogCapture log = new LogCapture(GroupCommit.class)) {
      for (int i = 0; i < 3; i++) {
        thrown.add(new IllegalStateException("it quotes \"secret\""));
      }
      for (int i = 0; i < 3; i++) {
        assertInstanceOf(AppendOutcome.Unavailable.class, publish());
      }
      assertInstanceOf(AppendOutcome.Queued.class, publish());
      List<String> lines = log.text().lines().toList();
      assertEquals("Publishing a group failed; trying again", lines.get(0));
      assertEquals(
          List.of("java.lang.IllegalStateException"),
          log.thrown().stream().map(String::valueOf).toList());
      assertTrue(log.thrown().get(0).getStackTrace()[0].getClassName().contains("GroupCommitTest"));
    }
    assertEquals(0, loops.condition("committer").restarts());
  }
}
