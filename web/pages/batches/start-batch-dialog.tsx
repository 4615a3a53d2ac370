import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import type { BatchResource } from '../../../src/contract/batch-resources.ts';
import { BATCH_MODES, type BatchMode } from '../../../src/contract/batches.ts';
import { useApi } from '../../api/context.ts';
import { keys } from '../../api/keys.ts';
import { ApiProblem } from '../../api/problem.ts';
import { formatNumberOf } from '../../format/numbers.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { ErrorLine } from '../../ui/states.tsx';
import { BATCH_MODE_LABELS } from './batch-words.ts';
import { PageChooser } from './page-chooser.tsx';

const FIELDS = ['pageIds', 'messageDepth', 'concurrency'] as const;

/** Starts a sync of all pages, or of those that somebody chooses, and leads to it. */
export function StartBatchDialog({ onClose }: { onClose: () => void }) {
  const api = useApi();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [isAll, setAll] = useState(true);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [mode, setMode] = useState<BatchMode>('incremental');
  const [depth, setDepth] = useState('');
  const [concurrency, setConcurrency] = useState('5');
  const start = useMutation({
    mutationFn: () =>
      api.post<BatchResource>('/api/batches', {
        body: {
          ...(isAll ? { all: true } : { pageIds: [...chosen] }),
          mode,
          ...(depth === '' ? {} : { messageDepth: Number(depth) }),
          concurrency: Number(concurrency),
        },
      }),
    onSuccess: (batch) => {
      void queryClient.invalidateQueries({ queryKey: keys.batches });
      void navigate(`/batches/${batch.id}`);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start.mutate();
  };
  const problem = start.error instanceof ApiProblem ? start.error : null;
  const errorOf = (field: (typeof FIELDS)[number]) => problem?.fieldError(field) ?? null;
  return (
    <Dialog
      open
      onOpenChange={(open) => open || onClose()}
      title="Start a batch"
      description="It syncs pages, some at a time. A page that is being synced already is joined."
    >
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <fieldset className="flex flex-col gap-2 text-sm">
          <legend className="mb-1 font-medium">Pages</legend>
          <label className="flex items-center gap-2">
            <input
              type="radio"
              name="which"
              className="accent-accent"
              checked={isAll}
              onChange={() => setAll(true)}
            />
            All that are connected
          </label>
          <label className="flex items-center gap-2">
            <input
              type="radio"
              name="which"
              className="accent-accent"
              checked={!isAll}
              onChange={() => setAll(false)}
            />
            These
          </label>
          {!isAll && <PageChooser chosen={chosen} onChange={setChosen} />}
          {errorOf('pageIds') !== null && <p className="text-xs text-danger">{errorOf('pageIds')}</p>}
        </fieldset>
        <SelectField
          label="What to read"
          value={mode}
          onChange={(event) => setMode(event.target.value as BatchMode)}
        >
          {[...BATCH_MODES].reverse().map((one) => (
            <option key={one} value={one}>
              {BATCH_MODE_LABELS[one]}
            </option>
          ))}
        </SelectField>
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField
            label="Newest messages of each"
            type="number"
            min={1}
            placeholder="All"
            value={depth}
            error={errorOf('messageDepth')}
            hint="Empty: all messages."
            onChange={(event) => setDepth(event.target.value)}
          />
          <TextField
            label="Pages at a time"
            type="number"
            min={1}
            max={50}
            value={concurrency}
            error={errorOf('concurrency')}
            hint="Meta’s limits are each page’s own; this is about your workers."
            onChange={(event) => setConcurrency(event.target.value)}
          />
        </div>
        <ErrorLine error={FIELDS.some((field) => errorOf(field) !== null) ? null : start.error} />
        <Button
          type="submit"
          busy={start.isPending}
          disabled={!isAll && chosen.size === 0}
          className="self-end"
        >
          {isAll ? 'Sync all pages' : `Sync ${formatNumberOf(chosen.size, 'page')}`}
        </Button>
      </form>
    </Dialog>
  );
}
