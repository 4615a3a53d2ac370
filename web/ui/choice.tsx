import { classNames } from './class-names.ts';

/** One of a few, all of them in view. @param label what is chosen, for screen readers */
export function Choice<T extends string>({
  label,
  options,
  value,
  onChange,
}: {
  label: string;
  options: readonly { value: T; label: string }[];
  value: T;
  onChange: (value: T) => void;
}) {
  return (
    <fieldset className="flex max-w-full overflow-x-auto rounded-lg border border-line-strong">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
          className={classNames(
            'h-9 border-l border-line-strong px-3 text-sm font-medium whitespace-nowrap -outline-offset-2 first-of-type:border-l-0',
            option.value === value ? 'bg-accent-soft text-accent-strong' : 'bg-surface hover:bg-sunken',
          )}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
