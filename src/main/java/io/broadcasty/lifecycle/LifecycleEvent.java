package io.broadcasty.lifecycle;

/**
 * Something that happened on this node. Immutable; holds neither payloads nor tokens. Names of
 * channels, users and tenants are in it, of which there may be any number: they make no label of a
 * meter.
 */
public sealed interface LifecycleEvent permits ConnectionEvent, ChannelEvent, PublicationEvent {}
