import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { toast } from 'sonner';
import { PLATFORM_LABELS, PLATFORMS, type Platform } from '../../../src/contract/platform.ts';
import type { JobResource, PageResource } from '../../../src/contract/resources.ts';
import type { SyncMode } from '../../../src/contract/sync-options.ts';
import { useApi } from '../../api/context.ts';
import { keys } from '../../api/keys.ts';
import { ApiProblem } from '../../api/problem.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/checkbox.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { ErrorLine } from '../../ui/states.tsx';
import { EMPTY_FORM, type SyncForm, syncRequestOf } from './sync-request.ts';

const MODES: Record<SyncMode, { name: string; what: string }> = {
  incremental: { name: 'What has changed', what: 'Everything that is new since the page was last synced.' },
  full: { name: 'The whole inbox', what: 'Every conversation, also those that are stored already.' },
  selective: { name: 'A selection', what: 'Conversations that fulfil all that is given below.' },
};

/** Starts a sync of a page that covers what somebody chooses. */
export function SyncOptionsDialog({ page, onClose }: { page: PageResource; onClose: () => void }) {
  const api = useApi();
  const queryClient = useQueryClient();
  const [form, setForm] = useState<SyncForm>(EMPTY_FORM);
  const change = (some: Partial<SyncForm>) => setForm({ ...form, ...some });
  const start = useMutation({
    mutationFn: () => api.post<JobResource>(`/api/pages/${page.id}/sync`, { body: syncRequestOf(form) }),
    onSuccess: () => {
      toast.success(`The sync of ${page.name} has started`);
      for (const queryKey of [keys.sync(page.id), keys.jobs, keys.pages]) {
        void queryClient.invalidateQueries({ queryKey });
      }
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start.mutate();
  };
  const problem = start.error instanceof ApiProblem ? start.error : null;
  const errorOf = (field: string) => problem?.fieldError(field) ?? null;
  const isSaidAtFields = ['messageDepth', 'maxConversations', 'since', 'until', 'mode'].some(
    (field) => errorOf(field) !== null,
  );
  return (
    <Dialog open onOpenChange={(open) => open || onClose()} title="Sync with options" description={page.name}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <SelectField
          label="What to read"
          value={form.mode}
          hint={MODES[form.mode].what}
          error={errorOf('mode') && 'Choose at least one of what is below.'}
          onChange={(event) => change({ mode: event.target.value as SyncMode })}
        >
          {Object.entries(MODES).map(([mode, { name }]) => (
            <option key={mode} value={mode}>
              {name}
            </option>
          ))}
        </SelectField>
        {form.mode === 'selective' && (
          <SelectionFields page={page} form={form} change={change} errorOf={errorOf} />
        )}
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField
            label="Newest messages of each"
            type="number"
            min={1}
            placeholder="All"
            value={form.messageDepth}
            error={errorOf('messageDepth')}
            hint="Empty: all messages."
            onChange={(event) => change({ messageDepth: event.target.value })}
          />
          <TextField
            label="At most so many conversations"
            type="number"
            min={1}
            placeholder="No bound"
            value={form.maxConversations}
            error={errorOf('maxConversations')}
            hint="With a bound the page does not count as synced."
            onChange={(event) => change({ maxConversations: event.target.value })}
          />
        </div>
        <ErrorLine error={isSaidAtFields ? null : start.error} />
        <Button type="submit" busy={start.isPending} className="self-end">
          Start sync
        </Button>
      </form>
    </Dialog>
  );
}

/** What only a selective sync knows. */
function SelectionFields({
  page,
  form,
  change,
  errorOf,
}: {
  page: PageResource;
  form: SyncForm;
  change: (some: Partial<SyncForm>) => void;
  errorOf: (field: string) => string | null;
}) {
  const toggle = (platform: Platform, isChosen: boolean) =>
    change({
      platforms: PLATFORMS.filter((one) => (one === platform ? isChosen : form.platforms.includes(one))),
    });
  return (
    <>
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField
          label="Active since"
          type="datetime-local"
          value={form.since}
          error={errorOf('since')}
          onChange={(event) => change({ since: event.target.value })}
        />
        <TextField
          label="Active until"
          type="datetime-local"
          value={form.until}
          error={errorOf('until')}
          onChange={(event) => change({ until: event.target.value })}
        />
      </div>
      <fieldset className="flex flex-wrap gap-x-6 gap-y-2">
        <legend className="mb-1 text-sm font-medium">Only</legend>
        {PLATFORMS.filter((platform) => platform === 'messenger' || page.instagramAccountId !== null).map(
          (platform) => (
            <Checkbox
              key={platform}
              label={PLATFORM_LABELS[platform]}
              checked={form.platforms.includes(platform)}
              onChange={(event) => toggle(platform, event.target.checked)}
            />
          ),
        )}
        <Checkbox
          label="With unread messages"
          checked={form.unreadOnly}
          onChange={(event) => change({ unreadOnly: event.target.checked })}
        />
      </fieldset>
    </>
  );
}
