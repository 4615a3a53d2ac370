import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import type { ApiTokenResource } from '../../../src/contract/access.ts';
import { useApi } from '../../api/context.ts';
import { formatDateTime } from '../../format/times.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { QueryStates } from '../../ui/query-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { CreateTokenDialog } from './create-token-dialog.tsx';
import { SESSIONS_KEY, TOKENS_KEY, useTokens } from './use-access.ts';

/** API tokens of programs: what each may do, and until when. */
export function TokensCard() {
  const tokens = useTokens();
  const [isCreating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiTokenResource | null>(null);
  return (
    <Card
      title="API tokens"
      className="[&>div]:p-0"
      actions={
        <Button size="sm" onClick={() => setCreating(true)}>
          <Plus aria-hidden className="size-4" />
          Create a token
        </Button>
      }
    >
      {isCreating && <CreateTokenDialog onClose={() => setCreating(false)} />}
      {revoking !== null && <RevokeDialog token={revoking} onClose={() => setRevoking(null)} />}
      <QueryStates query={tokens} what="the tokens">
        {(data) =>
          data.length === 0 ? (
            <EmptyState title="No token yet">
              Make one for each program that uses the API, with no more scope than it needs.
            </EmptyState>
          ) : (
            <ul className="divide-y divide-line">
              {data.map((token) => (
                <TokenRow key={token.id} token={token} onRevoke={() => setRevoking(token)} />
              ))}
            </ul>
          )
        }
      </QueryStates>
      <ShowMore query={tokens} />
    </Card>
  );
}

function TokenRow({ token, onRevoke }: { token: ApiTokenResource; onRevoke: () => void }) {
  const isOver = token.expiresAt !== null && Date.parse(token.expiresAt) <= Date.now();
  const isGood = token.revokedAt === null && !isOver;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3 text-sm">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-1.5">
          <span className="font-medium wrap-anywhere">{token.name}</span>
          <Badge tone={isGood ? 'accent' : 'neutral'}>{token.scope}</Badge>
          {token.revokedAt !== null && <Badge>Revoked</Badge>}
          {token.revokedAt === null && isOver && <Badge>Expired</Badge>}
        </p>
        <p className="text-muted">
          {token.lastUsedAt === null ? (
            'Never used'
          ) : (
            <>
              Last used <RelativeTime iso={token.lastUsedAt} />
            </>
          )}
          {isGood &&
            `, ${token.expiresAt === null ? 'good for ever' : `good until ${formatDateTime(token.expiresAt)}`}`}
        </p>
      </div>
      {isGood && (
        <Button variant="danger" size="sm" aria-label={`Revoke ${token.name}`} onClick={onRevoke}>
          Revoke
        </Button>
      )}
    </li>
  );
}

function RevokeDialog({ token, onClose }: { token: ApiTokenResource; onClose: () => void }) {
  const api = useApi();
  const queryClient = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => api.delete<ApiTokenResource>(`/api/tokens/${token.id}`),
    onSuccess: () => {
      toast.success(`${token.name} is revoked`);
      for (const queryKey of [TOKENS_KEY, SESSIONS_KEY]) void queryClient.invalidateQueries({ queryKey });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={`Revoke ${token.name}?`}
      description="Whatever uses the token is refused from its next request on, and browsers that signed in by a link which it made are signed out. This cannot be taken back."
      confirm="Revoke"
      doing={revoke}
    />
  );
}
