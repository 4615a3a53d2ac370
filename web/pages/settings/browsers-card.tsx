import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import type { BrowserSessionResource } from '../../../src/contract/access.ts';
import { useApi } from '../../api/context.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { QueryStates } from '../../ui/query-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { SESSIONS_KEY, useBrowsers, useTokens } from './use-access.ts';

/** The browsers that are signed in. */
export function BrowsersCard() {
  const browsers = useBrowsers();
  const tokens = useTokens();
  const [ending, setEnding] = useState<BrowserSessionResource | null>(null);
  const nameOfToken = (id: string) => tokens.data?.find((token) => token.id === id)?.name ?? 'a token';
  return (
    <Card title="Browsers signed in" className="[&>div]:p-0">
      {ending !== null && <EndDialog session={ending} onClose={() => setEnding(null)} />}
      <QueryStates query={browsers} what="the browsers">
        {(data) => (
          <ul className="divide-y divide-line">
            {data.map((session) => (
              <li
                key={session.id}
                className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3 text-sm"
              >
                <div className="min-w-0">
                  <p className="flex flex-wrap items-center gap-1.5">
                    <span className="font-medium">
                      Signed in <RelativeTime iso={session.createdAt} />
                    </span>
                    <Badge tone="accent">{session.scope}</Badge>
                    {session.current && <Badge tone="success">This browser</Badge>}
                  </p>
                  <p className="text-muted">
                    {session.lastUsedAt !== null && (
                      <>
                        Last seen <RelativeTime iso={session.lastUsedAt} />,{' '}
                      </>
                    )}
                    link made by {makerOf(session.createdBy, nameOfToken)}
                  </p>
                </div>
                {!session.current && (
                  <Button variant="danger" size="sm" onClick={() => setEnding(session)}>
                    Sign it out
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </QueryStates>
      <ShowMore query={browsers} />
    </Card>
  );
}

/** Who has made the link, in words. */
function makerOf(createdBy: string, nameOfToken: (id: string) => string): string {
  const [kind, id = ''] = createdBy.split(':');
  if (kind === 'token') return nameOfToken(id);
  return kind === 'session' ? 'another browser' : 'the installation’s own token';
}

function EndDialog({ session, onClose }: { session: BrowserSessionResource; onClose: () => void }) {
  const api = useApi();
  const queryClient = useQueryClient();
  const end = useMutation({
    mutationFn: () => api.delete<BrowserSessionResource>(`/api/sessions/${session.id}`),
    onSuccess: () => {
      toast.success('The browser is signed out');
      void queryClient.invalidateQueries({ queryKey: SESSIONS_KEY });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title="Sign this browser out?"
      description="It is out from its next request on, and needs a new sign-in link to get in again. Browsers that it has invited stay."
      confirm="Sign it out"
      doing={end}
    />
  );
}
