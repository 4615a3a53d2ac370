import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { SignInLinkResource } from '../../../src/contract/access.ts';
import type { Scope } from '../../../src/contract/scopes.ts';
import { useApi } from '../../api/context.ts';
import { formatTime } from '../../format/times.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { CopyField } from '../../ui/copy-field.tsx';
import { ErrorLine } from '../../ui/states.tsx';
import { ScopeField } from './scope-field.tsx';

/** Makes a link that signs somebody else's browser in. */
export function SignInLinkCard() {
  const api = useApi();
  const [scope, setScope] = useState<Scope>('read');
  const link = useMutation({
    mutationFn: () => api.post<SignInLinkResource>('/api/sign-in-links', { body: { scope } }),
    gcTime: 0,
  });
  return (
    <Card title="Invite somebody">
      <div className="flex flex-col gap-3">
        <p className="text-sm text-muted">
          A link signs one browser in, once, within ten minutes. Give it to nobody but the person it is for.
        </p>
        <ScopeField
          label="They may"
          value={scope}
          onChange={(next) => {
            setScope(next);
            link.reset();
          }}
        />
        <ErrorLine error={link.error} />
        <Button className="self-start" busy={link.isPending} onClick={() => link.mutate()}>
          Make a sign-in link
        </Button>
        {link.data !== undefined && (
          <CopyField
            key={link.data.url}
            label={`Sign-in link, good until ${formatTime(link.data.expiresAt)}`}
            text={link.data.url}
          />
        )}
      </div>
    </Card>
  );
}
