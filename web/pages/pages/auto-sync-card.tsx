import { type FormEvent, useState } from 'react';
import type { PatchPageRequest } from '../../../src/contract/requests.ts';
import type { PageDetailResource } from '../../../src/contract/resources.ts';
import { ApiProblem } from '../../api/problem.ts';
import {
  COMMON_INTERVALS,
  editableInterval,
  formatInterval,
  INTERVAL_UNITS,
  type IntervalUnit,
  secondsOf,
} from '../../format/intervals.ts';
import { Card } from '../../ui/card.tsx';
import { Checkbox } from '../../ui/checkbox.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { ErrorLine } from '../../ui/states.tsx';
import { SaveChanges } from './save-changes.tsx';
import { usePatchPage } from './use-patch-page.ts';

/** What somebody has changed and not saved. */
interface Draft {
  autoSync?: boolean;
  seconds?: number;
  custom?: { amount: string; unit: IntervalUnit };
}

/** Whether and how often a page is synced by itself. */
export function AutoSyncCard({ page, mayChange }: { page: PageDetailResource; mayChange: boolean }) {
  const [draft, setDraft] = useState<Draft>({});
  const patch = usePatchPage(page, () => setDraft({}));
  const autoSync = draft.autoSync ?? page.autoSync;
  const custom = draft.custom ?? null;
  const seconds =
    custom === null
      ? (draft.seconds ?? page.syncIntervalSeconds)
      : secondsOf(Number(custom.amount), custom.unit);
  const isChanged = autoSync !== page.autoSync || seconds !== page.syncIntervalSeconds;
  const save = (event: FormEvent) => {
    event.preventDefault();
    const body: PatchPageRequest = {
      ...(autoSync === page.autoSync ? {} : { autoSync }),
      ...(seconds === page.syncIntervalSeconds ? {} : { syncIntervalSeconds: seconds }),
    };
    patch.mutate(body);
  };
  const problem = patch.error instanceof ApiProblem ? patch.error : null;
  const intervalError = problem?.fieldError('syncIntervalSeconds') ?? null;
  const choose = (value: string) => {
    if (value !== 'custom') return setDraft({ autoSync, seconds: Number(value) });
    const { amount, unit } = editableInterval(seconds);
    setDraft({ autoSync, custom: { amount: String(amount), unit } });
  };
  const choices = [...new Set([...COMMON_INTERVALS, page.syncIntervalSeconds])].sort((a, b) => a - b);
  return (
    <Card title="Automatic sync">
      <form onSubmit={save} noValidate>
        <fieldset disabled={!mayChange} className="flex min-w-0 flex-col gap-4">
          <legend className="sr-only">Automatic sync</legend>
          <Checkbox
            label="Sync this page by itself"
            hint="It finds what webhooks have missed, and is all there is where none come."
            checked={autoSync}
            onChange={(event) => setDraft({ ...draft, autoSync: event.target.checked })}
          />
          <div className="flex flex-wrap gap-3">
            <SelectField
              label="How often"
              value={custom === null ? String(seconds) : 'custom'}
              disabled={!autoSync}
              onChange={(event) => choose(event.target.value)}
              error={custom === null ? intervalError : null}
            >
              {choices.map((choice) => (
                <option key={choice} value={choice}>
                  {formatInterval(choice)}
                </option>
              ))}
              <option value="custom">Another interval …</option>
            </SelectField>
            {custom !== null && (
              <>
                <TextField
                  label="Interval"
                  type="number"
                  min={1}
                  step="any"
                  className="w-28"
                  value={custom.amount}
                  error={intervalError}
                  onChange={(event) =>
                    setDraft({ autoSync, custom: { ...custom, amount: event.target.value } })
                  }
                />
                <SelectField
                  label="Unit"
                  value={custom.unit}
                  onChange={(event) =>
                    setDraft({ autoSync, custom: { ...custom, unit: event.target.value as IntervalUnit } })
                  }
                >
                  {INTERVAL_UNITS.map(({ unit }) => (
                    <option key={unit} value={unit}>
                      {unit}s
                    </option>
                  ))}
                </SelectField>
              </>
            )}
          </div>
          <p className="text-sm">
            <span className="text-muted">Next automatic sync: </span>
            <NextTime page={page} />
          </p>
          <ErrorLine error={intervalError === null ? patch.error : null} />
          <SaveChanges
            label="Save automatic sync"
            mayChange={mayChange}
            isChanged={isChanged}
            isSaving={patch.isPending}
            onUndo={() => setDraft({})}
          />
        </fieldset>
      </form>
    </Card>
  );
}

function NextTime({ page }: { page: PageDetailResource }) {
  if (!page.autoSync) return 'none, it is off';
  if (page.tokenState !== 'valid') return 'when the page is connected again';
  if (page.nextAutoSyncAt !== null) return <RelativeTime iso={page.nextAutoSyncAt} />;
  return 'not planned now: its schedule is paused, or Temporal does not say';
}
