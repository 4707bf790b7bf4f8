package io.broadcasty.webhook.sending;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Receives what is posted; a test decides what is answered, and when. */
@ThreadSafe
@SuppressWarnings("ThreadSafe")
final class FakeWebhookClient implements WebhookClient {

  record Post(
      String url, Map<String, String> headers, String body, CompletableFuture<Answer> answer) {

    String id() {
      return String.valueOf(headers.get("webhook-id"));
    }

    void answer(int status) {
      answer.complete(new Answer(status, null, "", null));
    }
  }

  private final List<Post> posts = new CopyOnWriteArrayList<>();

  /** What an URL answers at once; those that are missing are answered by the test. */
  private final Map<String, Integer> answers = new ConcurrentHashMap<>();

  void answer(String url, int status) {
    answers.put(url, status);
  }

  @Override
  public CompletableFuture<Answer> post(String url, Map<String, String> headers, String body) {
    Post post = new Post(url, headers, body, new CompletableFuture<>());
    posts.add(post);
    Integer status = answers.get(url);
    if (status != null) {
      post.answer(status);
    }
    return post.answer();
  }

  /** Returns the posts since the last call. */
  List<Post> take() {
    List<Post> taken = new ArrayList<>(posts);
    posts.removeAll(taken);
    return taken;
  }
}
