-- The inbox is searched by names and messages: docs/decisions/0019-words-of-messages-parts-of-names.md

-- An index on a table that may be large and busy is not built here: a migration would keep everybody from writing until it is
-- done. Where the table is empty it is made at once; else the API, or `pagesync migrate`, builds it beside all other work and out
-- of the transaction (src/store/late-indexes.ts). Nothing may rely on its being there.
CREATE TABLE late_indexes (
  place      integer GENERATED ALWAYS AS IDENTITY,
  name       text PRIMARY KEY,
  -- what follows CREATE INDEX … ON
  definition text NOT NULL
);
CREATE FUNCTION add_late_index(name text, on_table regclass, using_what text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  is_empty boolean;
BEGIN
  INSERT INTO late_indexes (name, definition) VALUES (name, on_table || ' ' || using_what);
  EXECUTE format('SELECT NOT EXISTS (SELECT FROM %s)', on_table) INTO is_empty;
  IF is_empty THEN
    EXECUTE format('CREATE INDEX %I ON %s %s', name, on_table, using_what);
  END IF;
END $$;

-- The words of a message. Signs, of which the parser would make numbers, hosts and paths with their neighbours, stand apart; so
-- does each letter of scripts that are written without spaces (Thai, Lao, Burmese, Khmer, Chinese, Japanese; Korean for its endings),
-- whatever the database's locale knows of them. A longer text is found by its first 20,000 characters.
CREATE FUNCTION search_words(content text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT to_tsvector('simple', regexp_replace(left(content, 20000),
    '([-+./:@_<&~¡-¿฀-໿က-႟ក-៿‐-⁯₠-⃏☀-➿⺀-퟿豈-﫿︀-﹏＀-｠𝐀-𯿿])', ' \1 ', 'g'))
$$;

-- Finds messages in which these words follow each other; the last one may go on. NULL: there is no word among them.
CREATE FUNCTION search_query(words text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN numnode(query) > 0 THEN (query::text || ':*')::tsquery END
  FROM phraseto_tsquery('simple', regexp_replace(words,
    '([-+./:@_<&~¡-¿฀-໿က-႟ក-៿‐-⁯₠-⃏☀-➿⺀-퟿豈-﫿︀-﹏＀-｠𝐀-𯿿])', ' \1 ', 'g')) query
$$;

-- All that a name has in three letters next to each other, or two from scripts whose letters say more. pg_trgm knows no
-- letters but those of ASCII where the locale of the database is C.
CREATE FUNCTION search_grams(name text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
  letters text[] := string_to_array(lower(left(name, 200)), NULL);
  grams text[] := '{}';
BEGIN
  FOR i IN 1 .. cardinality(letters) - 1 LOOP
    IF letters[i] >= '⺀' COLLATE "C" THEN
      grams := grams || (letters[i] || letters[i + 1]);
    ELSIF letters[i + 2] IS NOT NULL THEN
      grams := grams || (letters[i] || letters[i + 1] || letters[i + 2]);
    END IF;
  END LOOP;
  RETURN grams;
END $$;

-- Of all events, not of messages alone: an index with that condition is read as a whole by whoever asks for the messages of a
-- conversation, as long as the table has no statistics. 16 MB of new texts are put in order at a time, four times the usual: less work
-- for a sync, while a search reads them one by one.
SELECT add_late_index('contact_interaction_events_words', 'contact_interaction_events',
  'USING gin (search_words(text)) WITH (gin_pending_list_limit = 16384)');
SELECT add_late_index('messenger_conversations_name', 'messenger_conversations', 'USING gin (search_grams(sender_name))');
-- filters of the inbox: few conversations have a tag, or unread messages
SELECT add_late_index('messenger_conversations_tags', 'messenger_conversations', 'USING gin (tags) WHERE tags <> ''{}''');
SELECT add_late_index('messenger_conversations_unread', 'messenger_conversations',
  '(activity_at DESC, id DESC) WHERE unread_count > 0');
