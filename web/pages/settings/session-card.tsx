import { useMutation } from '@tanstack/react-query';
import { LogOut } from 'lucide-react';
import { useApi } from '../../api/context.ts';
import { useSession } from '../../api/session.ts';
import { formatDateTime } from '../../format/times.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Fact, Facts } from '../../ui/facts.tsx';
import { QueryStates } from '../../ui/query-states.tsx';
import { ErrorLine } from '../../ui/states.tsx';
import { SCOPE_WORDS } from './scope-words.ts';

/** What this browser may do, until when, and signing out. */
export function SessionCard() {
  const api = useApi();
  const session = useSession();
  const signOut = useMutation({
    mutationFn: () => api.delete('/api/session'),
    // from the start: nothing that was read stays in this tab
    onSuccess: () => location.assign('/'),
  });
  return (
    <Card
      title="This browser"
      actions={
        <Button
          variant="outline"
          size="sm"
          busy={signOut.isPending || signOut.isSuccess}
          onClick={() => signOut.mutate()}
        >
          <LogOut aria-hidden className="size-4" />
          Sign out
        </Button>
      }
    >
      <QueryStates query={session} what="the session">
        {({ scope, expiresAt }) => (
          <Facts>
            <Fact name="Scope">
              <Badge tone="accent">{scope}</Badge>
            </Fact>
            <Fact name="May">{SCOPE_WORDS[scope]}</Fact>
            {expiresAt !== null && <Fact name="Signed in until">{formatDateTime(expiresAt)}</Fact>}
          </Facts>
        )}
      </QueryStates>
      <ErrorLine error={signOut.error} />
    </Card>
  );
}
