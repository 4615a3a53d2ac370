-- Webhooks: what Meta delivers is stored as it came, then applied item by item. All that an item does commutes: any order
-- and any repetition of deliveries, mixed with syncs, ends in the same rows.

-- Webhooks name people, not threads: a conversation that one of them begins has no Graph id until a sync reads it.
ALTER TABLE messenger_conversations
  ALTER graph_conversation_id DROP NOT NULL,
  -- Graph may show several threads with one person: what webhooks bring goes to the one that was known first
  ADD is_main boolean NOT NULL DEFAULT true,
  ADD CONSTRAINT known_by_thread_or_person CHECK (graph_conversation_id IS NOT NULL OR sender_id IS NOT NULL);
UPDATE messenger_conversations c SET is_main = false
FROM (SELECT id, row_number() OVER (PARTITION BY page_id, platform, sender_id ORDER BY created_at, id) AS n
      FROM messenger_conversations WHERE sender_id IS NOT NULL) ranked
WHERE ranked.id = c.id AND ranked.n > 1;
CREATE UNIQUE INDEX messenger_conversations_main ON messenger_conversations (sender_id, page_id, platform)
  WHERE is_main AND sender_id IS NOT NULL;
CREATE INDEX messenger_conversations_without_thread ON messenger_conversations (page_id, platform, sender_id)
  WHERE graph_conversation_id IS NULL;

-- a webhook brought it and no sync has read it yet: the first that does adds what only Graph shows
ALTER TABLE contact_interaction_events ADD webhook_only boolean NOT NULL DEFAULT false;

-- entries as Meta sent them (ids as text, text cleaned), in order of arrival
CREATE TABLE webhook_deliveries (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  page_id      uuid NOT NULL REFERENCES facebook_pages ON DELETE CASCADE,
  object       text NOT NULL,
  entry        jsonb NOT NULL,
  received_at  timestamptz NOT NULL DEFAULT now(),
  processed_at timestamptz
);
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (page_id, id) WHERE processed_at IS NULL;
CREATE INDEX webhook_deliveries_processed ON webhook_deliveries (processed_at) WHERE processed_at IS NOT NULL;

-- A drain that is applying a page's deliveries: while `held_until` is to come, a new delivery need not wake the page. Whoever
-- stores one locks the row (FOR KEY SHARE) until it has committed, so a drain that deletes it, and then looks once more, sees it.
-- An attempt that was given up for dead may still run: the next one takes the hold over, and the first can neither keep nor end it.
CREATE TABLE webhook_drains (
  page_id    uuid PRIMARY KEY REFERENCES facebook_pages ON DELETE CASCADE,
  owner      uuid NOT NULL,
  held_until timestamptz NOT NULL
) WITH (fillfactor = 50);

-- items that could not be applied, each once however often it was delivered
CREATE TABLE webhook_failures (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  page_id     uuid NOT NULL REFERENCES facebook_pages ON DELETE CASCADE,
  delivery_id bigint REFERENCES webhook_deliveries ON DELETE SET NULL,
  kind        text NOT NULL,
  reason      text NOT NULL,
  detail      text,
  payload     jsonb,
  -- md5 of the item
  item_hash   text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (page_id, item_hash)
);
CREATE INDEX webhook_failures_delivery ON webhook_failures (delivery_id) WHERE delivery_id IS NOT NULL;
CREATE INDEX webhook_failures_payload ON webhook_failures (created_at) WHERE payload IS NOT NULL;

-- what became of items, by kind and day
CREATE TABLE webhook_counters (
  day     date NOT NULL,
  kind    text NOT NULL,
  outcome text NOT NULL,
  items   bigint NOT NULL,
  PRIMARY KEY (day, kind, outcome)
);

-- edits and unsends that came before their message, which picks them up when it is stored
CREATE TABLE webhook_pending_changes (
  page_id         uuid NOT NULL,
  conversation_id uuid NOT NULL,
  message_id      text NOT NULL,
  change          text NOT NULL CHECK (change IN ('edit', 'unsend')),
  occurred_at     timestamptz NOT NULL,
  -- of an edit: {"1": "the text", …} by Meta's num_edit
  texts           jsonb NOT NULL DEFAULT '{}',
  created_at      timestamptz NOT NULL DEFAULT now(),
  -- when the conversation's repair was asked for
  repair_asked_at timestamptz,
  PRIMARY KEY (page_id, message_id, change),
  FOREIGN KEY (conversation_id, page_id) REFERENCES messenger_conversations (id, page_id) ON DELETE CASCADE
);
CREATE INDEX webhook_pending_changes_conversation ON webhook_pending_changes (conversation_id);

-- what automation acts upon, each once
CREATE TABLE automation_triggers (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  page_id         uuid NOT NULL,
  conversation_id uuid NOT NULL,
  type            text NOT NULL CHECK (type IN ('customer_reply')),
  message_id      text NOT NULL,
  occurred_at     timestamptz NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (page_id, message_id, type),
  FOREIGN KEY (conversation_id, page_id) REFERENCES messenger_conversations (id, page_id) ON DELETE CASCADE
);
CREATE INDEX automation_triggers_conversation ON automation_triggers (conversation_id, occurred_at);

-- Meta delivers what the app and the page are both subscribed to
ALTER TABLE facebook_pages
  ADD subscription_state text NOT NULL DEFAULT 'unknown' CHECK (subscription_state IN ('unknown', 'subscribed', 'failed')),
  ADD subscribed_fields text[] NOT NULL DEFAULT '{}',
  -- since when nothing was missing
  ADD subscribed_at timestamptz,
  ADD subscription_checked_at timestamptz,
  -- the sentence of the last failure
  ADD subscription_error text,
  -- arrival of the newest delivery that was applied
  ADD last_webhook_at timestamptz;
CREATE INDEX facebook_pages_instagram_account ON facebook_pages (instagram_account_id)
  WHERE instagram_account_id IS NOT NULL;

-- The metadata of a message that was unsent: who sent it and how, nothing of what it said.
CREATE FUNCTION without_content(metadata jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT metadata - '{texts,edited_at,quick_reply,sticker_id,developer_metadata,prior_message,story}'::text[]
$$;

-- Edits a stored message, or hides it. All texts of an edited message are kept in metadata.texts: "0" is what was sent,
-- then Meta's num_edit; the greatest is shown. Where a webhook has brought the message, texts hold "0" as soon as another
-- text is known, unless it was sent without one; where only syncs have read it, a text that is no known edit is taken for
-- what was sent. Nothing brings back the content of one that was unsent.
CREATE FUNCTION change_message(event_id bigint, change text, changed_at timestamptz, new_texts jsonb)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF change = 'unsend' THEN
    UPDATE contact_interaction_events e SET text = NULL, attachments = NULL,
      metadata = without_content(e.metadata) || jsonb_build_object('unsent_at',
        least((e.metadata ->> 'unsent_at')::timestamptz, changed_at))
    WHERE e.id = event_id AND (changed_at < (e.metadata ->> 'unsent_at')::timestamptz) IS NOT FALSE;
  ELSE
    UPDATE contact_interaction_events e SET
      text = (SELECT value FROM jsonb_each_text(texts.kept) ORDER BY key::int DESC LIMIT 1),
      metadata = e.metadata || jsonb_build_object('texts', texts.kept, 'edited_at',
        greatest((e.metadata ->> 'edited_at')::timestamptz, changed_at))
    FROM contact_interaction_events o
    CROSS JOIN LATERAL (SELECT coalesce(o.metadata -> 'texts', '{}') || new_texts AS given) both_of_them
    CROSS JOIN LATERAL (SELECT CASE WHEN given ? '0' OR o.text IS NULL
        OR CASE o.metadata ->> 'source' WHEN 'webhook' THEN o.metadata ? 'texts'
          ELSE EXISTS (SELECT FROM jsonb_each_text(given) WHERE value = o.text) END THEN given
      ELSE given || jsonb_build_object('0', o.text) END AS kept) texts
    WHERE o.id = event_id AND e.id = o.id AND NOT e.metadata ? 'unsent_at';
  END IF;
END $$;

CREATE FUNCTION pick_up_pending_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  pending record;
BEGIN
  IF NOT EXISTS (SELECT FROM webhook_pending_changes) THEN
    RETURN NULL;
  END IF;
  FOR pending IN
    WITH picked AS (
      DELETE FROM webhook_pending_changes p USING new_events n
      WHERE p.page_id = n.page_id AND p.message_id = n.message_id AND n.event_type = 'message'
      RETURNING n.id AS event_id, p.change, p.occurred_at, p.texts
    )
    SELECT * FROM picked ORDER BY event_id, change
  LOOP
    PERFORM change_message(pending.event_id, pending.change, pending.occurred_at, pending.texts);
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER pick_up_pending_changes AFTER INSERT ON contact_interaction_events
  REFERENCING NEW TABLE AS new_events FOR EACH STATEMENT EXECUTE FUNCTION pick_up_pending_changes();

-- Applies changes whose message is stored after all: it was being stored in the moment when they were kept.
CREATE FUNCTION settle_pending_changes() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  pending record;
  settled integer := 0;
BEGIN
  FOR pending IN
    WITH picked AS (
      DELETE FROM webhook_pending_changes p USING contact_interaction_events e
      WHERE e.page_id = p.page_id AND e.message_id = p.message_id AND e.event_type = 'message'
      RETURNING e.id AS event_id, p.change, p.occurred_at, p.texts
    )
    SELECT * FROM picked ORDER BY event_id, change
  LOOP
    PERFORM change_message(pending.event_id, pending.change, pending.occurred_at, pending.texts);
    settled := settled + 1;
  END LOOP;
  RETURN settled;
END $$;

-- Gives conversations that webhooks began the thread that a sync has found for their person. Where the thread was stored
-- already, without anybody knowing whose it is, what the webhooks brought moves there.
CREATE FUNCTION adopt_conversations(of_page uuid, of_platform text, graph_ids text[], sender_ids text[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  pair record;
BEGIN
  IF NOT EXISTS (SELECT FROM messenger_conversations
    WHERE page_id = of_page AND platform = of_platform AND graph_conversation_id IS NULL) THEN
    RETURN;
  END IF;
  UPDATE messenger_conversations c SET graph_conversation_id = found.graph_id, updated_at = now()
  FROM (SELECT DISTINCT ON (t.sender_id) t.sender_id, t.graph_id
      FROM unnest(graph_ids, sender_ids) WITH ORDINALITY AS t (graph_id, sender_id, n)
      WHERE t.sender_id IS NOT NULL AND NOT EXISTS (SELECT FROM messenger_conversations k
        WHERE k.graph_conversation_id = t.graph_id AND k.page_id = of_page AND k.platform = of_platform)
      ORDER BY t.sender_id, t.n) found
  WHERE c.page_id = of_page AND c.platform = of_platform AND c.graph_conversation_id IS NULL
    AND c.sender_id = found.sender_id;
  FOR pair IN
    SELECT c.id AS begun, k.id AS known, c.sender_id, c.contact_id, c.tags, c.last_message_at
    FROM unnest(graph_ids, sender_ids) AS t (graph_id, sender_id)
    JOIN messenger_conversations c ON c.page_id = of_page AND c.platform = of_platform
      AND c.graph_conversation_id IS NULL AND c.sender_id = t.sender_id
    JOIN messenger_conversations k ON k.graph_conversation_id = t.graph_id AND k.page_id = of_page
      AND k.platform = of_platform AND k.sender_id IS NULL
    -- what a webhook is about to bring is waited for
    FOR UPDATE OF c, k
  LOOP
    -- what both have is deleted with the conversation
    UPDATE contact_interaction_events e SET conversation_id = pair.known
    WHERE e.conversation_id = pair.begun AND NOT (e.message_id IS NULL AND EXISTS (
      SELECT FROM contact_interaction_events twin WHERE twin.conversation_id = pair.known
        AND twin.event_type = e.event_type AND twin.occurred_at = e.occurred_at AND twin.message_id IS NULL));
    UPDATE webhook_pending_changes SET conversation_id = pair.known WHERE conversation_id = pair.begun;
    UPDATE automation_triggers SET conversation_id = pair.known WHERE conversation_id = pair.begun;
    DELETE FROM messenger_conversations WHERE id = pair.begun;
    UPDATE messenger_conversations k SET version = k.version + 1, updated_at = now(),
      sender_id = pair.sender_id, contact_id = pair.contact_id, is_main = true,
      last_message_at = greatest(k.last_message_at, pair.last_message_at),
      tags = k.tags || ARRAY(SELECT tag FROM unnest(pair.tags) tag WHERE tag <> ALL (k.tags))
    WHERE k.id = pair.known;
  END LOOP;
END $$;

-- The conversation of a webhook's person, locked; begun when there is none. A person has one contact on each page, which is
-- locked first: a sync's batch, too, takes contacts before conversations, and these before events, so nobody waits in a circle.
CREATE FUNCTION webhook_conversation(of_page uuid, of_platform text, person text)
RETURNS TABLE (id uuid, is_new boolean) LANGUAGE plpgsql AS $$
DECLARE
  contact uuid;
  psid text := CASE of_platform WHEN 'messenger' THEN person END;
  sid text := CASE of_platform WHEN 'instagram' THEN person END;
BEGIN
  LOOP
    -- each look sees what others have committed meanwhile
    PERFORM FROM contacts c WHERE c.page_id = of_page AND (c.messenger_psid = psid OR c.instagram_sid = sid) FOR NO KEY UPDATE;
    SELECT c.id, false INTO id, is_new FROM messenger_conversations c
    WHERE c.sender_id = person AND c.page_id = of_page AND c.platform = of_platform AND c.is_main FOR NO KEY UPDATE;
    IF FOUND THEN
      RETURN NEXT;
      RETURN;
    END IF;
    INSERT INTO contacts (page_id, messenger_psid, instagram_sid) VALUES (of_page, psid, sid) ON CONFLICT DO NOTHING;
    SELECT c.id INTO STRICT contact FROM contacts c
    WHERE c.page_id = of_page AND (c.messenger_psid = psid OR c.instagram_sid = sid);
    INSERT INTO messenger_conversations AS c (page_id, platform, contact_id, sender_id)
    VALUES (of_page, of_platform, contact, person) ON CONFLICT DO NOTHING RETURNING c.id, true INTO id, is_new;
    IF FOUND THEN
      RETURN NEXT;
      RETURN;
    END IF;
  END LOOP;
END $$;

-- A message that a webhook brings. What is stored of it already was read by a sync, or came by a webhook before:
-- the time is the webhook's (Graph cuts it to the second), the text and the attachments are Graph's, which shows edits.
-- Returns where it is, whether a webhook brings it for the first time, and whether nobody had it.
CREATE FUNCTION store_webhook_message(of_page uuid, of_conversation uuid, new_direction text, of_message text,
  at timestamptz, new_text text, new_attachments jsonb, new_metadata jsonb,
  OUT in_conversation uuid, OUT is_live boolean, OUT is_new boolean)
LANGUAGE plpgsql AS $$
DECLARE
  stored contact_interaction_events;
BEGIN
  in_conversation := of_conversation;
  LOOP
    SELECT * INTO stored FROM contact_interaction_events e
    WHERE e.page_id = of_page AND e.message_id = of_message AND e.event_type = 'message' FOR NO KEY UPDATE;
    EXIT WHEN FOUND;
    INSERT INTO contact_interaction_events
      (page_id, conversation_id, event_type, direction, message_id, occurred_at, text, attachments, metadata, webhook_only)
    VALUES (of_page, of_conversation, 'message', new_direction, of_message, at, new_text, new_attachments, new_metadata, true)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
      is_live := true;
      is_new := true;
      RETURN;
    END IF;
    -- a message without an id is known by its moment; one with an id was stored by somebody else just now
    IF of_message IS NULL THEN
      is_live := false;
      is_new := false;
      RETURN;
    END IF;
  END LOOP;
  in_conversation := stored.conversation_id;
  is_new := false;
  is_live := stored.metadata ->> 'source' <> 'webhook';
  IF is_live THEN
    UPDATE contact_interaction_events e SET occurred_at = at, direction = new_direction, webhook_only = false,
      text = CASE WHEN e.metadata ? 'unsent_at' THEN NULL ELSE coalesce(e.text, new_text) END,
      attachments = CASE WHEN e.metadata ? 'unsent_at' THEN NULL ELSE coalesce(e.attachments, new_attachments) END,
      metadata = CASE WHEN e.metadata ? 'unsent_at' THEN without_content(e.metadata - 'direction_assumed' || new_metadata)
          ELSE e.metadata - 'direction_assumed' || new_metadata END || CASE
        WHEN NOT e.metadata ? 'unsent_at' AND (e.metadata ? 'texts' OR e.text <> coalesce(new_text, ''))
        THEN jsonb_build_object('texts', coalesce(e.metadata -> 'texts', '{}') - '0'
          || jsonb_strip_nulls(jsonb_build_object('0', new_text)))
        ELSE '{}' END
    WHERE e.id = stored.id;
  END IF;
END $$;

-- The customer's message after one of ours, whichever of the two came first: its AI tags are over, and automation is told,
-- once. Messages are in order of their moments; in one moment ours is the later. Of one that only a sync has read the second
-- alone is known: it is not taken for one before a reply of the same second. When its webhook comes, that is looked at again.
CREATE FUNCTION tell_reply(reply contact_interaction_events) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF reply.direction <> 'inbound' OR reply.message_id IS NULL OR reply.metadata ->> 'source' <> 'webhook' THEN
    RETURN;
  END IF;
  IF 'outbound' IS DISTINCT FROM (SELECT e.direction FROM contact_interaction_events e
    WHERE e.conversation_id = reply.conversation_id AND e.event_type = 'message' AND e.occurred_at <= reply.occurred_at
      AND (e.occurred_at, e.direction, coalesce(e.message_id, '')) < (reply.occurred_at, reply.direction, reply.message_id)
      AND (e.metadata ->> 'source' = 'webhook' OR e.occurred_at < date_trunc('second', reply.occurred_at))
    ORDER BY e.occurred_at DESC, e.direction DESC, e.message_id DESC LIMIT 1) THEN
    RETURN;
  END IF;
  -- a later message of the same reply came first, and was told already
  IF EXISTS (SELECT FROM automation_triggers t WHERE t.conversation_id = reply.conversation_id AND t.type = 'customer_reply'
    AND t.occurred_at >= reply.occurred_at AND NOT EXISTS (SELECT FROM contact_interaction_events e
      WHERE e.conversation_id = reply.conversation_id AND e.event_type = 'message' AND e.direction = 'outbound'
        AND e.occurred_at >= reply.occurred_at AND e.occurred_at < t.occurred_at)) THEN
    RETURN;
  END IF;
  INSERT INTO automation_triggers (page_id, conversation_id, type, message_id, occurred_at)
  VALUES (reply.page_id, reply.conversation_id, 'customer_reply', reply.message_id, reply.occurred_at) ON CONFLICT DO NOTHING;
  IF FOUND THEN
    UPDATE messenger_conversations c SET tags = ARRAY(SELECT tag FROM unnest(c.tags) tag WHERE tag NOT LIKE 'ai:%'),
      version = c.version + 1, updated_at = now()
    WHERE c.id = reply.conversation_id AND EXISTS (SELECT FROM unnest(c.tags) tag WHERE tag LIKE 'ai:%');
  END IF;
END $$;

-- Looks for the reply that the message which has just been stored, at the moment `at`, is or makes.
CREATE FUNCTION detect_reply(of_page uuid, of_conversation uuid, new_direction text, of_message text, at timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  reply contact_interaction_events;
BEGIN
  -- the customer's own message; of ours the first after it, and the first after our last one before it: what came between
  -- the two of them was taken for one reply until now
  FOR reply IN
    SELECT e.* FROM contact_interaction_events e
    WHERE new_direction = 'inbound' AND e.page_id = of_page AND e.message_id = of_message AND e.event_type = 'message'
    UNION ALL (SELECT e.* FROM contact_interaction_events e
    WHERE new_direction = 'outbound' AND e.conversation_id = of_conversation AND e.event_type = 'message'
      AND e.metadata ->> 'source' = 'webhook' AND e.occurred_at > at
    ORDER BY e.occurred_at, e.direction, e.message_id LIMIT 1)
    UNION ALL (SELECT e.* FROM contact_interaction_events e
    WHERE new_direction = 'outbound' AND e.conversation_id = of_conversation AND e.event_type = 'message'
      AND e.metadata ->> 'source' = 'webhook' AND e.occurred_at <= at AND e.direction = 'inbound'
      AND e.occurred_at > (SELECT max(o.occurred_at) FROM contact_interaction_events o
        WHERE o.conversation_id = of_conversation AND o.event_type = 'message' AND o.direction = 'outbound'
          AND o.occurred_at < at)
    ORDER BY e.occurred_at, e.direction, e.message_id LIMIT 1)
  LOOP
    PERFORM tell_reply(reply);
  END LOOP;
END $$;

-- Unread messages once a new one is there: those of the customer since our last one. In one moment ours is the later: it
-- answers.
CREATE FUNCTION unread_with(of_conversation uuid, unread integer, new_direction text, at timestamptz)
RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN EXISTS (SELECT FROM contact_interaction_events e WHERE e.conversation_id = of_conversation
      AND e.event_type = 'message' AND e.direction = 'outbound'
      AND CASE new_direction WHEN 'inbound' THEN e.occurred_at >= at ELSE e.occurred_at > at END) THEN unread
    WHEN new_direction = 'inbound' THEN unread + 1
    ELSE (SELECT count(*)::int FROM contact_interaction_events e WHERE e.conversation_id = of_conversation
      AND e.event_type = 'message' AND e.direction = 'inbound' AND e.occurred_at > at)
  END
$$;

-- Reactions to a message, by who reacted: the newest of each. As rows arrive in any order, the later moment wins.
CREATE FUNCTION newest_by_person(a jsonb, b jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(jsonb_object_agg(person, newest), '{}') FROM (
    SELECT DISTINCT ON (key) key AS person, value AS newest
    FROM (SELECT * FROM jsonb_each(a) UNION ALL SELECT * FROM jsonb_each(b)) each
    ORDER BY key, value ->> 'at' DESC, value ->> 'action' DESC, value::text DESC) people
$$;

-- Applies one item of a delivery, all or nothing (requirement E4). Where two say the same of a message at different times
-- (Meta stamps copies anew), the first time is kept; of two without a message at one moment, which are one event, that
-- whose content is the greater: a later watermark, among reads. A type is a kind of event, or `edit` or `unsend`,
-- which change a message. `outcome`: `applied`, `duplicate` (nothing has changed), `pending` (its message is not there).
CREATE FUNCTION apply_webhook_item(of_page uuid, of_platform text, person text, item_type text, new_direction text,
  of_message text, at timestamptz, new_text text, new_attachments jsonb, new_metadata jsonb,
  OUT conversation_id uuid, OUT version bigint, OUT is_new boolean, OUT events_created integer, OUT outcome text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  conv uuid;
  message record;
  message_event bigint;
BEGIN
  SELECT c.id, c.is_new INTO conv, is_new FROM webhook_conversation(of_page, of_platform, person) c;
  events_created := 0;
  outcome := 'duplicate';
  CASE
  WHEN item_type = 'message' THEN
    SELECT * INTO message FROM store_webhook_message(of_page, conv, new_direction, of_message, at, new_text, new_attachments,
      new_metadata);
    conv := message.in_conversation;
    IF message.is_new THEN
      events_created := 1;
      UPDATE messenger_conversations c SET last_message_at = greatest(c.last_message_at, at),
        updated_time = greatest(c.updated_time, date_trunc('second', at)), message_count = coalesce(c.message_count, 0) + 1,
        unread_count = unread_with(c.id, c.unread_count, new_direction, at), version = c.version + 1, updated_at = now()
      WHERE c.id = conv;
    ELSIF message.is_live THEN
      UPDATE messenger_conversations c SET last_message_at = at, version = c.version + 1, updated_at = now()
      WHERE c.id = conv AND c.last_message_at < at;
    END IF;
    IF message.is_live THEN
      outcome := 'applied';
      UPDATE contacts p SET last_interaction_at = at, updated_at = now() FROM messenger_conversations c
      WHERE c.id = conv AND p.id = c.contact_id AND (p.last_interaction_at < at) IS NOT FALSE;
      PERFORM detect_reply(of_page, conv, new_direction, of_message, at);
    END IF;
  WHEN item_type IN ('edit', 'unsend') THEN
    SELECT e.id INTO message_event FROM contact_interaction_events e
    WHERE e.page_id = of_page AND e.message_id = of_message AND e.event_type = 'message' FOR NO KEY UPDATE;
    IF FOUND THEN
      PERFORM change_message(message_event, item_type, at, new_metadata -> 'texts');
      outcome := 'applied';
    ELSE
      INSERT INTO webhook_pending_changes AS p (page_id, conversation_id, message_id, change, occurred_at, texts)
      VALUES (of_page, conv, of_message, item_type, at, coalesce(new_metadata -> 'texts', '{}'))
      ON CONFLICT (page_id, message_id, change) DO UPDATE
        SET texts = p.texts || excluded.texts, occurred_at = CASE p.change
          WHEN 'edit' THEN greatest(p.occurred_at, excluded.occurred_at)
          ELSE least(p.occurred_at, excluded.occurred_at) END;
      outcome := 'pending';
    END IF;
  WHEN item_type = 'reaction' AND of_message IS NOT NULL THEN
    INSERT INTO contact_interaction_events AS e
      (page_id, conversation_id, event_type, direction, message_id, occurred_at, metadata)
    VALUES (of_page, conv, item_type, new_direction, of_message, at, new_metadata)
    -- but for `by`, the row is the newest reaction of all, in one moment ours
    ON CONFLICT (page_id, message_id, event_type) WHERE message_id IS NOT NULL DO UPDATE SET
      (occurred_at, direction, metadata) = (SELECT r.at, r.direction, r.metadata
          || jsonb_build_object('by', newest_by_person(e.metadata -> 'by', excluded.metadata -> 'by'))
        FROM (VALUES (e.occurred_at, e.direction, e.metadata),
          (excluded.occurred_at, excluded.direction, excluded.metadata)) AS r (at, direction, metadata)
        ORDER BY r.at DESC, r.direction DESC, (r.metadata - 'by')::text DESC LIMIT 1)
    WHERE newest_by_person(e.metadata -> 'by', excluded.metadata -> 'by') IS DISTINCT FROM e.metadata -> 'by'
    RETURNING (e.xmax = 0)::int INTO events_created;
  WHEN item_type = 'delivery' THEN
    INSERT INTO contact_interaction_events AS e (page_id, conversation_id, event_type, direction, occurred_at, metadata)
    VALUES (of_page, conv, item_type, new_direction, at, new_metadata)
    ON CONFLICT (conversation_id, event_type, occurred_at) WHERE message_id IS NULL DO UPDATE SET
      metadata = e.metadata || jsonb_build_object('mids', (SELECT jsonb_agg(DISTINCT mid ORDER BY mid)
        FROM jsonb_array_elements((e.metadata -> 'mids') || (excluded.metadata -> 'mids')) mid))
    WHERE NOT (e.metadata -> 'mids') @> (excluded.metadata -> 'mids')
    RETURNING (e.xmax = 0)::int INTO events_created;
  ELSE
    INSERT INTO contact_interaction_events AS e
      (page_id, conversation_id, event_type, direction, message_id, occurred_at, text, attachments, metadata)
    VALUES (of_page, conv, item_type, new_direction, of_message, at, new_text, new_attachments, new_metadata)
    ON CONFLICT DO NOTHING RETURNING 1 INTO events_created;
    IF NOT FOUND THEN
      UPDATE contact_interaction_events e SET occurred_at = at, direction = new_direction, text = new_text,
        attachments = new_attachments, metadata = new_metadata
      WHERE e.id = CASE WHEN of_message IS NULL THEN (SELECT s.id FROM contact_interaction_events s
            WHERE s.conversation_id = conv AND s.event_type = item_type AND s.occurred_at = at AND s.message_id IS NULL)
          ELSE (SELECT s.id FROM contact_interaction_events s
            WHERE s.page_id = of_page AND s.message_id = of_message AND s.event_type = item_type) END
        AND (at < e.occurred_at OR at = e.occurred_at AND (new_direction, coalesce(new_text, ''), new_metadata::text)
          > (e.direction, coalesce(e.text, ''), e.metadata::text))
      RETURNING 0 INTO events_created;
    END IF;
  END CASE;
  IF item_type NOT IN ('message', 'edit', 'unsend') AND events_created IS NOT NULL THEN
    outcome := 'applied';
  END IF;
  conversation_id := conv;
  events_created := coalesce(events_created, 0);
  SELECT c.version INTO version FROM messenger_conversations c WHERE c.id = conv;
END $$;

-- `health` knows two states more: `unsubscribed` (Meta refused to deliver webhooks, see subscription_error) and `silent`
-- (syncs have found new messages since the last webhook: Meta does not deliver them).
CREATE OR REPLACE VIEW page_health AS
SELECT p.id AS page_id, p.facebook_page_id, p.name AS page_name,
  CASE
    WHEN p.token_state <> 'valid' THEN 'token_expired'
    WHEN newest.status IN ('PENDING', 'IN_PROGRESS') AND budget.blocked_until IS NOT NULL THEN 'waiting'
    WHEN newest.status = 'PAUSED' THEN 'paused'
    WHEN newest.status IN ('PENDING', 'IN_PROGRESS') THEN 'syncing'
    WHEN newest.status = 'FAILED' THEN 'failing'
    WHEN newest.status IN ('PARTIAL', 'CANCELLED') THEN 'incomplete'
    WHEN p.last_synced_at IS NULL THEN 'never_synced'
    WHEN p.subscription_state = 'failed' THEN 'unsubscribed'
    WHEN missed.since IS NOT NULL THEN 'silent'
    WHEN p.last_synced_at < now() - interval '1 day' THEN 'stale'
    ELSE 'ok'
  END AS health,
  p.token_state, p.last_synced_at,
  coalesce(newest.completed_at, newest.created_at) AS last_sync_at, newest.status AS last_sync_status,
  coalesce(newest.message, newest.last_error ->> 'message') AS last_sync_message, success.at AS last_success_at,
  CASE WHEN newest.completed_at IS NULL THEN newest.id END AS open_job_id,
  failed.syncs AS failed_syncs_24h, aside.items AS set_aside, budget.blocked_until,
  inbox.conversations, history.incomplete AS incomplete_histories,
  p.subscription_state, p.subscription_error, p.last_webhook_at, missed.since AS silent_since,
  pending.deliveries AS pending_deliveries, pending.oldest AS oldest_pending_delivery
FROM facebook_pages p
LEFT JOIN LATERAL (SELECT j.id, j.status, j.message, j.last_error, j.created_at, j.completed_at FROM sync_jobs j
  WHERE j.page_id = p.id AND j.conversation_id IS NULL ORDER BY j.created_at DESC, j.id DESC LIMIT 1) newest ON true
LEFT JOIN LATERAL (SELECT j.completed_at AS at FROM sync_jobs j
  WHERE j.page_id = p.id AND j.conversation_id IS NULL AND j.status IN ('COMPLETED', 'UP_TO_DATE')
  ORDER BY j.created_at DESC, j.id DESC LIMIT 1) success ON true
CROSS JOIN LATERAL (SELECT count(*) AS syncs FROM sync_jobs j
  WHERE j.page_id = p.id AND j.status = 'FAILED' AND j.completed_at > now() - interval '24 hours'
    AND j.conversation_id IS NULL) failed
-- each thing once, however many syncs have set it aside
CROSS JOIN LATERAL (SELECT count(DISTINCT (f.platform, f.item_type, coalesce(f.graph_id, f.id::text))) AS items
  FROM sync_failures f WHERE f.page_id = p.id AND f.resolved_at IS NULL) aside
CROSS JOIN LATERAL (SELECT max(b.blocked_until) AS blocked_until FROM graph_budget b
  WHERE b.asset IN (p.facebook_page_id, p.instagram_account_id, '(app)') AND b.blocked_until > now()) budget
CROSS JOIN LATERAL (SELECT count(*) AS conversations FROM messenger_conversations c WHERE c.page_id = p.id) inbox
CROSS JOIN LATERAL (SELECT count(*) AS incomplete FROM messenger_conversations c
  WHERE c.page_id = p.id AND (NOT c.history_complete OR c.gap_to IS NOT NULL)) history
-- a sync that found messages which came after the sync before it began, when the page was subscribed and no webhook came
LEFT JOIN LATERAL (SELECT min(j.completed_at) AS since FROM sync_jobs j
  WHERE j.page_id = p.id AND j.conversation_id IS NULL AND j.mode = 'incremental' AND j.events_created > 0
    AND j.completed_at < now() - interval '10 minutes' AND EXISTS (SELECT FROM sync_jobs b
      WHERE b.page_id = p.id AND b.conversation_id IS NULL AND b.status IN ('COMPLETED', 'UP_TO_DATE')
        AND b.started_at > greatest(p.subscribed_at, p.last_webhook_at) AND b.completed_at < j.started_at)
  ) missed ON p.subscription_state = 'subscribed'
CROSS JOIN LATERAL (SELECT count(*) AS deliveries, min(d.received_at) AS oldest FROM webhook_deliveries d
  WHERE d.page_id = p.id AND d.processed_at IS NULL) pending
ORDER BY p.name, p.id;
