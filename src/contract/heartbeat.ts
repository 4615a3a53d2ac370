/** How often a stream says that it is there while it has no news, in milliseconds; it keeps proxies from closing it, too. */
export const HEARTBEAT_MS = 10_000;
