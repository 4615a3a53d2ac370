import { Tooltip } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { classNames } from '../ui/class-names.ts';

/**
 * Words beside a thing: while it is pointed at or has the focus, or for as long as they are news. The thing may be disabled.
 * Who cannot see them has to be told otherwise.
 */
export function Bubble({
  text,
  isNews = false,
  isFault = false,
  onLook,
  children,
}: {
  text: string;
  /** Shown without being asked for. */
  isNews?: boolean;
  isFault?: boolean;
  /** Somebody looks. */
  onLook?: () => void;
  children: ReactNode;
}) {
  const [isLooking, setLooking] = useState(false);
  return (
    <Tooltip.Provider delayDuration={200}>
      <Tooltip.Root
        open={isNews || isLooking}
        onOpenChange={(open) => {
          setLooking(open);
          if (open) onLook?.();
        }}
      >
        <Tooltip.Trigger asChild>
          <span className="inline-flex max-w-full">{children}</span>
        </Tooltip.Trigger>
        <Tooltip.Portal>
          {/* styles of the components reach only what is inside of this class */}
          <span className="pagesync">
            <Tooltip.Content
              sideOffset={6}
              collisionPadding={8}
              className={classNames(
                'z-50 max-w-72 rounded-lg px-3 py-1.5 text-sm shadow-lg',
                isFault ? 'border border-danger bg-danger-soft text-danger' : 'bg-ink text-canvas',
              )}
            >
              {text}
            </Tooltip.Content>
          </span>
        </Tooltip.Portal>
      </Tooltip.Root>
    </Tooltip.Provider>
  );
}
