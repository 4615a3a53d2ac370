import { type RefObject, useLayoutEffect, useRef } from 'react';

/**
 * Keeps the focus where somebody works with the keyboard: when what has it goes away, as buttons do that were pressed, the
 * first button that is there takes it.
 *
 * @returns for the element in which that is so
 */
export function useKeptFocus<T extends HTMLElement>(): {
  ref: RefObject<T | null>;
  onFocus: () => void;
  onBlur: () => void;
} {
  const ref = useRef<T>(null);
  /** React tells no blur of what it removes, only of people who leave. */
  const isWithin = useRef(false);
  useLayoutEffect(() => {
    if (!isWithin.current || document.activeElement !== document.body) return;
    ref.current?.querySelector<HTMLElement>('button:not(:disabled)')?.focus();
  });
  return {
    ref,
    onFocus: () => {
      isWithin.current = true;
    },
    onBlur: () => {
      isWithin.current = false;
    },
  };
}
