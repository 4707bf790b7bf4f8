package io.broadcasty.cluster.question.memory;

import io.broadcasty.cluster.question.AnswerStore;
import io.broadcasty.cluster.question.AnswerStoreContract;

class MemoryAnswerStoreTest extends AnswerStoreContract {

  private final AnswerStore store = new MemoryAnswerStore();

  @Override
  protected AnswerStore store() {
    return store;
  }
}
