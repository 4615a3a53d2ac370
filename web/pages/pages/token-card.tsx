import type { PageResource } from '../../../src/contract/resources.ts';
import { formatDateTime } from '../../format/times.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Fact, Facts } from '../../ui/facts.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { tokenState } from './token-words.ts';

/** What is known of a page's token; never the token. */
export function TokenCard({ page, onReconnect }: { page: PageResource; onReconnect: (() => void) | null }) {
  const { token } = page;
  const { label, tone } = tokenState(token);
  const unknown = token.checkedAt === null ? 'Not known yet' : 'Not by time';
  return (
    <Card
      title="Token"
      actions={
        onReconnect !== null && (
          <Button variant="outline" size="sm" onClick={onReconnect}>
            Give a new token
          </Button>
        )
      }
    >
      <Facts>
        <Fact name="State">
          <Badge tone={tone}>{label}</Badge>
        </Fact>
        {token.error !== null && <Fact name="Meta says">{token.error}</Fact>}
        {token.state !== 'disconnected' && (
          <>
            <Fact name="Ends">
              <Ending iso={token.expiresAt} never={unknown} />
            </Fact>
            <Fact name="Access to data ends">
              <Ending iso={token.dataAccessExpiresAt} never={unknown} />
            </Fact>
            <Fact name="Permissions">
              <Scopes scopes={token.scopes} />
            </Fact>
            {token.missingScopes.length > 0 && (
              <Fact name="Missing">
                <span className="flex flex-wrap gap-1">
                  {token.missingScopes.map((scope) => (
                    <Badge key={scope} tone="warning">
                      {scope}
                    </Badge>
                  ))}
                </span>
              </Fact>
            )}
            <Fact name="Last checked">
              {token.checkedAt === null ? 'Never' : <RelativeTime iso={token.checkedAt} />}
            </Fact>
          </>
        )}
      </Facts>
    </Card>
  );
}

function Ending({ iso, never }: { iso: string | null; never: string }) {
  if (iso === null) return never;
  return (
    <>
      <RelativeTime iso={iso} /> <span className="text-muted">({formatDateTime(iso)})</span>
    </>
  );
}

function Scopes({ scopes }: { scopes: readonly string[] | null }) {
  if (scopes === null) return 'Not known yet';
  if (scopes.length === 0) return 'None';
  return (
    <span className="flex flex-wrap gap-1">
      {scopes.map((scope) => (
        <Badge key={scope}>{scope}</Badge>
      ))}
    </span>
  );
}
