import type { PageWebhooks } from '../../../src/contract/resources.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { Fact, Facts } from '../../ui/facts.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';

const STATES: Record<PageWebhooks['subscription'], { label: string; tone: Tone }> = {
  subscribed: { label: 'Delivered', tone: 'success' },
  failed: { label: 'Not delivered', tone: 'warning' },
  unknown: { label: 'Not known', tone: 'neutral' },
};

/** Whether Meta tells of new messages by itself. */
export function WebhooksCard({ webhooks }: { webhooks: PageWebhooks }) {
  const { label, tone } = STATES[webhooks.subscription];
  return (
    <Card title="Webhooks">
      <Facts>
        <Fact name="New messages">
          <Badge tone={tone}>{label}</Badge>
          {webhooks.subscription === 'unknown' && (
            <p className="mt-1 text-muted">
              Nobody has looked yet, or webhooks are not set up on this server; docs/webhooks.md says how.
            </p>
          )}
        </Fact>
        {webhooks.error !== null && <Fact name="Meta says">{webhooks.error}</Fact>}
        {webhooks.fields.length > 0 && (
          <Fact name="Fields">
            <span className="flex flex-wrap gap-1">
              {webhooks.fields.map((field) => (
                <Badge key={field}>{field}</Badge>
              ))}
            </span>
          </Fact>
        )}
        <Fact name="Last delivery">
          {webhooks.lastDeliveryAt === null ? 'None yet' : <RelativeTime iso={webhooks.lastDeliveryAt} />}
        </Fact>
        {webhooks.checkedAt !== null && (
          <Fact name="Last checked">
            <RelativeTime iso={webhooks.checkedAt} />
          </Fact>
        )}
      </Facts>
    </Card>
  );
}
