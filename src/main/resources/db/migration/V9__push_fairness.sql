-- Whose turn a dispatch takes: its tenant while it is unfinished, null once it is finished. Nodes claim for
-- each tenant in turn, so that one with very many dispatches delays no other. Empty in rows of an earlier
-- version, which take a turn of their own.
ALTER TABLE broadcasty_push_dispatches ADD COLUMN turn_of VARCHAR(64)${collate} DEFAULT '';
CREATE INDEX broadcasty_push_dispatches_turn ON broadcasty_push_dispatches (service, turn_of, due_at);
