-- Messages by day and hour: those of a page and a time, with all that is counted of them, without the messages themselves. Of all
-- events for the same reason as in 0011.
SELECT add_late_index('contact_interaction_events_history', 'contact_interaction_events',
  '(page_id, occurred_at) INCLUDE (conversation_id, direction, event_type)');
