import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { FacebookLoginResource, LoginPageResource } from '../../../../src/contract/facebook-login.ts';
import type { PageResource } from '../../../../src/contract/resources.ts';
import { useApi } from '../../../api/context.ts';
import { formatNumberOf } from '../../../format/numbers.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { Checkbox } from '../../../ui/checkbox.tsx';
import { ErrorLine } from '../../../ui/states.tsx';
import { PlatformBadges } from '../badges.tsx';
import type { KnownPage } from './remembered-page.ts';
import { useConnected } from './use-connected.ts';

/** The pages of somebody who has signed in with Facebook, to choose those to connect. @param wanted to be connected again */
export function ChoosePages({
  login,
  wanted,
  onClose,
  onConnected,
}: {
  login: FacebookLoginResource;
  wanted: KnownPage | null;
  onClose: () => void;
  onConnected: () => void;
}) {
  const api = useApi();
  const tell = useConnected();
  const pages = login.pages ?? [];
  const [chosen, setChosen] = useState(() => new Set(firstChoice(pages, wanted)));
  const connect = useMutation({
    mutationFn: () =>
      api.post<{ data: PageResource[] }>(`/api/facebook-logins/${login.id}/connect`, {
        body: { facebookPageIds: [...chosen] },
      }),
    onSuccess: ({ data }) => {
      tell(data);
      onConnected();
    },
  });
  const toggle = (id: string, isChosen: boolean) => {
    const next = new Set(chosen);
    if (isChosen) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  const lacksWanted = wanted !== null && !pages.some((page) => page.facebookPageId === wanted.facebookPageId);
  return (
    <div className="flex flex-col gap-4">
      {pages.length === 0 && (
        <p className="text-sm">
          This person has no pages, or has allowed none of them. Begin again and allow the pages to connect.
        </p>
      )}
      {lacksWanted && pages.length > 0 && (
        <p className="rounded-lg bg-warning-soft px-3 py-2 text-sm text-warning">
          {wanted.name} is not among them: allow it in Facebook’s dialog, or have somebody sign in who manages
          it.
        </p>
      )}
      {pages.length > 0 && (
        <ul className="flex max-h-[50dvh] flex-col gap-3 overflow-y-auto">
          {pages.map((page) => (
            <li key={page.facebookPageId}>
              <Checkbox
                label={<PageName page={page} />}
                hint={
                  page.canMessage
                    ? `Facebook page ${page.facebookPageId}`
                    : 'You lack the task “Messages” on this page: somebody who has it must sign in.'
                }
                disabled={!page.canMessage}
                checked={chosen.has(page.facebookPageId)}
                onChange={(event) => toggle(page.facebookPageId, event.target.checked)}
              />
            </li>
          ))}
        </ul>
      )}
      <ErrorLine error={connect.error} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button variant="outline" onClick={onClose}>
          Leave it
        </Button>
        <Button busy={connect.isPending} disabled={chosen.size === 0} onClick={() => connect.mutate()}>
          {chosen.size === 0 ? 'Connect' : `Connect ${formatNumberOf(chosen.size, 'page')}`}
        </Button>
      </div>
    </div>
  );
}

function PageName({ page }: { page: LoginPageResource }) {
  return (
    <span className="flex flex-wrap items-center gap-1.5">
      <span className="font-medium wrap-anywhere">{page.name}</span>
      <PlatformBadges page={page} />
      {page.connected && <Badge tone="success">Connected</Badge>}
    </span>
  );
}

/** What is chosen before anybody has: the page that was asked for, else what can be connected and is not yet. */
function firstChoice(pages: readonly LoginPageResource[], wanted: KnownPage | null): string[] {
  const able = pages.filter(({ canMessage }) => canMessage);
  const first =
    wanted === null
      ? able.filter(({ connected }) => !connected)
      : able.filter(({ facebookPageId }) => facebookPageId === wanted.facebookPageId);
  return first.map(({ facebookPageId }) => facebookPageId);
}
