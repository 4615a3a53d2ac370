import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useRef } from 'react';
import type { PageResource } from '../../../../src/contract/resources.ts';
import { useApi } from '../../../api/context.ts';
import { ApiProblem } from '../../../api/problem.ts';
import { Button } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/field.tsx';
import { ErrorLine } from '../../../ui/states.tsx';
import type { KnownPage } from './remembered-page.ts';
import { useConnected } from './use-connected.ts';

const FIELDS = ['facebookPageId', 'name', 'accessToken', 'instagramAccountId'] as const;

/** Connects a page by its token, which is in the field and in the request, and nowhere else. */
export function TokenForm({ page, onConnected }: { page: KnownPage | null; onConnected: () => void }) {
  const api = useApi();
  const tell = useConnected();
  const form = useRef<HTMLFormElement>(null);
  const connect = useMutation({
    mutationFn: (body: Record<string, string>) => api.post<PageResource>('/api/pages', { body }),
    onSuccess: (connected) => {
      tell([connected]);
      onConnected();
    },
    onError: () => {
      // when the fields are marked
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus());
    },
    gcTime: 0,
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const entered = FIELDS.map((field) => [field, String(data.get(field) ?? '').trim()] as const);
    // an account that is not named stays as it is
    connect.mutate(
      Object.fromEntries(entered.filter(([field, text]) => field !== 'instagramAccountId' || text !== '')),
    );
  };
  const problem = connect.error instanceof ApiProblem ? connect.error : null;
  const errorOf = (field: (typeof FIELDS)[number]) => problem?.fieldError(field) ?? null;
  const isSaidAtFields = FIELDS.some((field) => errorOf(field) !== null);
  return (
    <form ref={form} noValidate onSubmit={submit} className="flex flex-col gap-3">
      <TextField
        label="Facebook page ID"
        name="facebookPageId"
        inputMode="numeric"
        autoComplete="off"
        defaultValue={page?.facebookPageId}
        readOnly={page !== null}
        error={errorOf('facebookPageId')}
      />
      <TextField
        label="Name"
        name="name"
        autoComplete="off"
        defaultValue={page?.name}
        hint="What the page is called here."
        error={errorOf('name')}
      />
      <TextField
        label="Page access token"
        name="accessToken"
        type="password"
        autoComplete="off"
        spellCheck={false}
        hint="From your own Meta app, or from Meta’s Graph API Explorer."
        error={errorOf('accessToken')}
      />
      <TextField
        label="Instagram account ID"
        name="instagramAccountId"
        inputMode="numeric"
        autoComplete="off"
        defaultValue={page?.instagramAccountId ?? ''}
        hint="If the page has an Instagram account whose inbox is to be read too."
        error={errorOf('instagramAccountId')}
      />
      <ErrorLine error={isSaidAtFields ? null : connect.error} />
      <Button type="submit" busy={connect.isPending} className="self-end">
        {page === null ? 'Connect' : 'Connect again'}
      </Button>
    </form>
  );
}
