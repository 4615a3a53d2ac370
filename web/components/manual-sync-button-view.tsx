import { Check, CircleAlert, KeyRound, type LucideIcon, Play, RefreshCw } from 'lucide-react';
import { useId } from 'react';
import { buttonClass } from '../ui/button.tsx';
import { classNames } from '../ui/class-names.ts';
import { Spinner } from '../ui/spinner.tsx';
import { Bubble } from './bubble.tsx';
import { type ButtonState, labelOf } from './button-state.ts';
import type { ManualSyncButtonProps } from './manual-sync-button-props.ts';

export interface ManualSyncButtonViewProps
  extends Pick<ManualSyncButtonProps, 'variant' | 'size' | 'showProgress'> {
  state: ButtonState;
  /** What the page is called. */
  page: string;
  /** What is shown to who looks while nothing happens: `Last synced 5 minutes ago`. */
  hint: string;
  /** What is read out; it changes seldom. */
  announcement?: string;
  /** Why nothing new is known. */
  trouble?: string | null;
  /** Why it cannot be pressed at all. */
  refusal?: string | null;
  /** Shows no words by itself, as where many states stand side by side. */
  isQuiet?: boolean;
  onPress?: () => void;
  /** Somebody wants to read the hint. */
  onLook?: () => void;
}

const ICONS: Record<ButtonState['kind'], LucideIcon | null> = {
  idle: RefreshCw,
  starting: null,
  syncing: null,
  paused: Play,
  parked: KeyRound,
  success: Check,
  error: CircleAlert,
  partial: Play,
};

/** The button as it looks in a state; it knows nothing of the API. */
export function ManualSyncButtonView({
  state,
  page,
  hint,
  announcement = '',
  trouble = null,
  refusal = null,
  isQuiet = false,
  variant = 'default',
  size = 'default',
  showProgress = true,
  onPress,
  onLook,
}: ManualSyncButtonViewProps) {
  const hintId = useId();
  const { text, words } = labelOf(state, showProgress);
  const isBusy = state.kind === 'starting' || state.kind === 'syncing';
  const isDisabled = isBusy || state.kind === 'parked' || refusal !== null;
  const Icon = ICONS[state.kind];
  const isFault = state.kind === 'error';
  const says = refusal ?? (isFault ? null : trouble) ?? ('hint' in state ? state.hint : hint);
  return (
    <span className="pagesync relative inline-flex max-w-full">
      <Bubble
        text={says}
        isNews={!isQuiet && isNews(state, size === 'icon')}
        isFault={isFault}
        {...(onLook === undefined ? {} : { onLook })}
      >
        <button
          type="button"
          // a button that is disabled itself would lose the focus, and could not say why
          aria-disabled={isDisabled || undefined}
          aria-busy={isBusy || undefined}
          aria-describedby={hintId}
          onClick={isDisabled ? undefined : onPress}
          className={classNames(
            buttonClass(isFault ? 'danger' : variant, size),
            'relative max-w-full overflow-hidden tabular-nums aria-disabled:pointer-events-none',
            refusal === null && 'aria-disabled:opacity-100',
          )}
        >
          {Icon === null ? <Spinner /> : <Icon aria-hidden className="size-4 shrink-0" />}
          <span className={size === 'icon' ? 'sr-only' : 'truncate'}>
            {words === undefined ? (
              text
            ) : (
              <>
                <span aria-hidden>{text}</span>
                <span className="sr-only">{words}</span>
              </>
            )}
          </span>
          <span className="sr-only">{` ${page}`}</span>
          {showProgress && state.kind === 'syncing' && state.share !== null && (
            <span aria-hidden className="absolute inset-x-0 bottom-0 h-1 bg-current/20">
              <span
                className="block h-full origin-left bg-current/70"
                style={{ transform: `scaleX(${state.share})` }}
              />
            </span>
          )}
        </button>
      </Bubble>
      <span id={hintId} hidden>
        {says}
      </span>
      <span role="status" className="sr-only">
        {announcement}
      </span>
    </span>
  );
}

/** What is said without being asked for: faults, and on an icon also how it ended, for which it has no room. */
function isNews(state: ButtonState, isIcon: boolean): boolean {
  if (state.kind === 'error') return true;
  return state.kind === 'partial' ? state.isNews : state.kind === 'success' && isIcon;
}
