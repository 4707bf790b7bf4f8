package io.broadcasty.client;

/** What a stream brings: publications, and what a reader has to know between them. */
public sealed interface StreamEvent permits Publication, LostPosition, MembersChange {

  /** Returns the channel that this is about. */
  String channel();
}
