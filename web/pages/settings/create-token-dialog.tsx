import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { CreatedTokenResource } from '../../../src/contract/access.ts';
import type { Scope } from '../../../src/contract/scopes.ts';
import { useApi } from '../../api/context.ts';
import { ApiProblem } from '../../api/problem.ts';
import { Button } from '../../ui/button.tsx';
import { CopyField } from '../../ui/copy-field.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { ErrorLine } from '../../ui/states.tsx';
import { ScopeField } from './scope-field.tsx';
import { TOKENS_KEY } from './use-access.ts';

const ENDS: readonly { days: string; name: string }[] = [
  { days: '30', name: 'In 30 days' },
  { days: '90', name: 'In 90 days' },
  { days: '365', name: 'In a year' },
  { days: '', name: 'Never' },
];

/** Makes an API token, and shows it once. */
export function CreateTokenDialog({ onClose }: { onClose: () => void }) {
  const api = useApi();
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Scope>('read');
  const [days, setDays] = useState('90');
  const create = useMutation({
    mutationFn: () =>
      api.post<CreatedTokenResource>('/api/tokens', {
        body: { name, scope, ...(days === '' ? {} : { expiresInDays: Number(days) }) },
      }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: TOKENS_KEY }),
    // the token is shown here, and is nowhere afterwards
    gcTime: 0,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  const close = (open: boolean) => open || onClose();
  if (create.data !== undefined) {
    return (
      <Dialog
        open
        onOpenChange={close}
        title={`Token ${create.data.name}`}
        description="Copy it now, and keep it as you keep a password: it is shown this once."
      >
        <CopyField label="API token" text={create.data.token} />
        <Button className="self-end" onClick={onClose}>
          I have copied it
        </Button>
      </Dialog>
    );
  }
  const problem = create.error instanceof ApiProblem ? create.error : null;
  const nameError = problem?.fieldError('name') ?? null;
  return (
    <Dialog
      open
      onOpenChange={close}
      title="Create a token"
      description="One for each program, so that each can be revoked by itself."
    >
      <form onSubmit={submit} noValidate className="flex flex-col gap-3">
        <TextField
          label="Name"
          value={name}
          autoComplete="off"
          hint="Whose it is, or what for."
          error={nameError}
          onChange={(event) => setName(event.target.value)}
        />
        <ScopeField label="It may" value={scope} onChange={setScope} />
        <SelectField label="It ends" value={days} onChange={(event) => setDays(event.target.value)}>
          {ENDS.map(({ days: value, name: words }) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </SelectField>
        <ErrorLine error={nameError === null ? create.error : null} />
        <Button type="submit" busy={create.isPending} className="self-end">
          Create
        </Button>
      </form>
    </Dialog>
  );
}
