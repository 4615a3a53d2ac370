import { type ComponentProps, type ReactNode, useId } from 'react';
import { classNames } from './class-names.ts';

const BOX = 'rounded-lg border border-line-strong bg-surface px-3 text-sm text-ink disabled:opacity-60';

interface Labelled {
  label: string;
  /** The label is for screen readers alone. */
  hideLabel?: boolean | undefined;
  hint?: ReactNode;
  /** What is wrong with what was entered. */
  error?: string | null | undefined;
}

function Frame({
  id,
  label,
  hideLabel,
  hint,
  error,
  children,
}: Labelled & { id: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'text-sm font-medium'}>
        {label}
      </label>
      {children}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-xs text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="text-xs text-danger">
          {error}
        </p>
      )}
    </div>
  );
}

function describedBy(id: string, { hint, error }: Labelled): string | undefined {
  const ids = [hint !== undefined && `${id}-hint`, error && `${id}-error`].filter(Boolean);
  return ids.length === 0 ? undefined : ids.join(' ');
}

/** What the frame and what is in it have to know of each other. */
function useFrame(labelled: Labelled) {
  const id = useId();
  return {
    frame: { id, ...labelled },
    control: {
      id,
      'aria-invalid': labelled.error ? true : undefined,
      'aria-describedby': describedBy(id, labelled),
    },
  };
}

/** A line of text with its label, and what is wrong with it. */
export function TextField({
  label,
  hideLabel,
  hint,
  error,
  className,
  ...rest
}: Labelled & ComponentProps<'input'>) {
  const { frame, control } = useFrame({ label, hideLabel, hint, error });
  return (
    <Frame {...frame}>
      <input {...control} {...rest} className={classNames(BOX, 'h-10', className)} />
    </Frame>
  );
}

/** One of some, with its label. Its children are `option`s. */
export function SelectField({
  label,
  hideLabel,
  hint,
  error,
  className,
  ...rest
}: Labelled & ComponentProps<'select'>) {
  const { frame, control } = useFrame({ label, hideLabel, hint, error });
  return (
    <Frame {...frame}>
      <select {...control} {...rest} className={classNames(BOX, 'h-10', className)} />
    </Frame>
  );
}
