export interface LivePanelProps {
  /** Pagesync's id of the page, a UUID. */
  pageId: string;
  /** What is done about a token that is gone; without it there is no button for it. */
  onReconnect?: () => void;
}

/** A page's sync as it goes: what it has done, what it does, and the commands that it takes. */
export function LivePanel(_: LivePanelProps) {
  return null;
}
