import { type FormEvent, useState } from 'react';
import type { PageDetailResource } from '../../../src/contract/resources.ts';
import { ApiProblem } from '../../api/problem.ts';
import { Card } from '../../ui/card.tsx';
import { TextField } from '../../ui/field.tsx';
import { ErrorLine } from '../../ui/states.tsx';
import { SaveChanges } from './save-changes.tsx';
import { usePatchPage } from './use-patch-page.ts';

/** What a page is called, and its Instagram account. */
export function DetailsCard({ page, mayChange }: { page: PageDetailResource; mayChange: boolean }) {
  const [draft, setDraft] = useState<{ name?: string; instagram?: string }>({});
  const patch = usePatchPage(page, () => setDraft({}));
  const name = draft.name ?? page.name;
  const instagram = draft.instagram ?? page.instagramAccountId ?? '';
  const account = instagram.trim() === '' ? null : instagram.trim();
  const isChanged = name !== page.name || account !== page.instagramAccountId;
  const save = (event: FormEvent) => {
    event.preventDefault();
    patch.mutate({
      ...(name === page.name ? {} : { name }),
      ...(account === page.instagramAccountId ? {} : { instagramAccountId: account }),
    });
  };
  const problem = patch.error instanceof ApiProblem ? patch.error : null;
  const errors = {
    name: problem?.fieldError('name') ?? null,
    instagram: problem?.fieldError('instagramAccountId') ?? null,
  };
  return (
    <Card title="Details">
      <form onSubmit={save} noValidate>
        <fieldset disabled={!mayChange} className="flex min-w-0 flex-col gap-3">
          <legend className="sr-only">Details</legend>
          <TextField
            label="Name"
            value={name}
            error={errors.name}
            onChange={(event) => setDraft({ ...draft, name: event.target.value })}
          />
          <TextField
            label="Instagram account ID"
            value={instagram}
            error={errors.instagram}
            hint="Empty: only Messenger is read. With another account the next sync reads all of it."
            onChange={(event) => setDraft({ ...draft, instagram: event.target.value })}
          />
          <ErrorLine error={errors.name === null && errors.instagram === null ? patch.error : null} />
          <SaveChanges
            label="Save details"
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
