/** The two sides of a page's inbox, in the order in which they are walked when only one may run at a time. */
export const PLATFORMS = ['messenger', 'instagram'] as const;

export type Platform = (typeof PLATFORMS)[number];

/** How a person reads the platform's name. */
export const PLATFORM_LABELS: Record<Platform, string> = { messenger: 'Messenger', instagram: 'Instagram' };
