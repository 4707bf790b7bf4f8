-- With which roles a device was confirmed last, by which subject and when: notifications of topics are
-- checked against them. roles: names with U+0000 between them. All three are null when no roles are known:
-- then the device gets no private topics until it is registered again.
ALTER TABLE broadcasty_user_push_subs ADD COLUMN roles ${bytes};
ALTER TABLE broadcasty_user_push_subs ADD COLUMN roles_of VARCHAR(200)${collate};
ALTER TABLE broadcasty_user_push_subs ADD COLUMN roles_at BIGINT;

-- The topic by which a dispatch addresses its device; null when the device or its user was named.
ALTER TABLE broadcasty_push_dispatches ADD COLUMN topic VARCHAR(200)${collate};
