package io.broadcasty.core.lifecycle;

/**
 * An event on this node. Immutable; contains neither payloads nor tokens. It contains names of
 * channels, users and tenants, of which there may be any number: do not use them as labels of
 * meters.
 */
public sealed interface LifecycleEvent permits ConnectionEvent, ChannelEvent, PublicationEvent {}
