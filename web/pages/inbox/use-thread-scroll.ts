import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** How far from its end a thread counts as read to the end, in CSS pixels. */
const END_PX = 60;
/** How far from its beginning older messages are fetched. */
const OLDER_PX = 800;
/** Where the item is looked for that somebody reads: below the upper edge, past the space between two. */
const LOOK_PX = [4, 16, 32, 64];

interface Anchor {
  element: Element;
  top: number;
}

/**
 * Keeps what is read in its place while a thread grows at both ends: at its end it follows what is new, elsewhere the item at
 * the upper edge stays where it is. Items are known by `data-item`.
 *
 * @param content changes whenever the thread does
 * @param fetchOlder called when older messages will soon be in sight; `null`: there are none, or some are on their way
 */
export function useThreadScroll(content: unknown, fetchOlder: (() => void) | null) {
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const anchor = useRef<Anchor | null>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const following = useRef(true);
  const lastTop = useRef(0);

  const settle = useCallback(() => {
    const element = box.current;
    if (element === null) return;
    if (following.current) element.scrollTop = element.scrollHeight;
    else if (anchor.current?.element.isConnected) {
      const { element: item, top } = anchor.current;
      // what was scrolled since, of which no event has told yet, is to stay
      const scrolled = element.scrollTop - lastTop.current;
      const moved = item.getBoundingClientRect().top + scrolled - top;
      if (Math.abs(moved) >= 1) element.scrollTop += moved;
      lastTop.current = element.scrollTop;
      anchor.current = { element: item, top: item.getBoundingClientRect().top };
    }
  }, []);

  const latest = useRef(fetchOlder);
  useEffect(() => {
    latest.current = fetchOlder;
  });
  const lookAtBeginning = useCallback(() => {
    if ((box.current?.scrollTop ?? OLDER_PX) < OLDER_PX) latest.current?.();
  }, []);

  const onScroll = useCallback(() => {
    const element = box.current;
    if (element === null) return;
    const hasGoneUp = element.scrollTop < lastTop.current - 1;
    lastTop.current = element.scrollTop;
    // it was not somebody who left the end: the thread has grown since
    if (following.current && !hasGoneUp) {
      settle();
      return;
    }
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < END_PX;
    following.current = atEnd;
    setIsAtEnd(atEnd);
    anchor.current = atEnd ? null : itemAtUpperEdge(element);
    lookAtBeginning();
  }, [lookAtBeginning, settle]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the thread has changed
  useLayoutEffect(() => settle(), [content, settle]);
  const mayFetch = fetchOlder !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what has come may not have filled the window
  useEffect(() => {
    if (mayFetch) lookAtBeginning();
  }, [content, mayFetch, lookAtBeginning]);

  // pictures that have come, a window of another size
  useEffect(() => {
    const observer = new ResizeObserver(settle);
    if (box.current !== null) observer.observe(box.current);
    if (list.current !== null) observer.observe(list.current);
    return () => observer.disconnect();
  }, [settle]);

  const toEnd = useCallback(() => {
    following.current = true;
    setIsAtEnd(true);
    settle();
  }, [settle]);
  const toItem = useCallback((key: string) => {
    const item = list.current?.querySelector<HTMLElement>(`[data-item="${key}"]`);
    if (!item) return;
    following.current = false;
    item.scrollIntoView({ block: 'center' });
    item.focus({ preventScroll: true });
  }, []);
  return { box, list, isAtEnd, onScroll, toEnd, toItem };
}

function itemAtUpperEdge(box: Element): Anchor | null {
  const { left, top, width } = box.getBoundingClientRect();
  for (const px of LOOK_PX) {
    for (const part of [0.25, 0.5, 0.75]) {
      const element = document
        .elementsFromPoint(left + width * part, top + px)
        .map((found) => found.closest('[data-item]'))
        .find((found) => found !== null);
      if (element) return { element, top: element.getBoundingClientRect().top };
    }
  }
  // at the very beginning, where it is said that older messages are on their way
  const upper = [...box.querySelectorAll('[data-item]')].find(
    (item) => item.getBoundingClientRect().bottom > top,
  );
  return upper === undefined ? null : { element: upper, top: upper.getBoundingClientRect().top };
}
