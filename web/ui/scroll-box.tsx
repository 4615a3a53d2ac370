import type { ReactNode } from 'react';

/** What is wider or higher than its place: it scrolls there, by keyboard too. @param name for screen readers */
export function ScrollBox({
  name,
  className,
  children,
}: {
  name: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section aria-label={name} tabIndex={0} className={`overflow-auto -outline-offset-2 ${className ?? ''}`}>
      {children}
    </section>
  );
}
