package io.broadcasty.push;

/** A claimed dispatch and what becomes of it. */
public record Settled(Claimed claimed, Settlement settlement) {}
