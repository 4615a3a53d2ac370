/** `CHROMIUM_PATH`, or a browser by its usual name; `null` when there is none. */
export function findChromium(env?: Record<string, string | undefined>): string | null;
