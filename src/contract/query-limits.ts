// The most that queries may ask for.

/** The longest search for conversations, in characters. */
export const MAX_SEARCH_LENGTH = 200;

/** The most days of one answer of the analytics. */
export const MAX_DAYS = 366;
