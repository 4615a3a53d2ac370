import type { z } from 'zod';
import type { PageResource, pageDetailResource } from '../contract/resources.ts';
import { formatDuration } from '../contract/statistics.ts';
import { paint, type Tone, timeText } from './output.ts';
import type { Column } from './table.ts';

type PageDetail = z.infer<typeof pageDetailResource>;

/** Pages as a table. */
export const PAGE_COLUMNS: readonly Column<PageResource>[] = [
  { title: 'PAGE', value: (page) => page.facebookPageId },
  { title: 'NAME', value: (page) => page.name, flexible: true },
  { title: 'TOKEN', value: tokenText, paint: (cell, page) => paint(tokenTone(page), cell) },
  { title: 'LAST SYNCED', value: (page) => timeText(page.lastSyncedAt) || 'never' },
  {
    title: 'AUTO',
    value: (page) => (page.autoSync ? formatDuration(page.syncIntervalSeconds * 1000) : 'off'),
    optional: true,
  },
  { title: 'INSTAGRAM', value: (page) => page.instagramAccountId, optional: true },
  { title: 'WEBHOOKS', value: (page) => page.webhooks.subscription, optional: true },
  { title: 'ID', value: (page) => page.id, optional: true },
];

/** A page in a few lines. */
export function pageText(page: PageResource & Partial<PageDetail>): string {
  const { token, webhooks } = page;
  const next = page.nextAutoSyncAt ? `, next at ${timeText(page.nextAutoSyncAt)}` : '';
  const every = formatDuration(page.syncIntervalSeconds * 1000);
  return [
    `Page ${page.facebookPageId}: ${page.name}${page.disconnectedAt === null ? '' : `, disconnected ${timeText(page.disconnectedAt)}`}`,
    `  id ${page.id}, Instagram account ${page.instagramAccountId ?? 'none'}`,
    `  token ${paint(tokenTone(page), tokenText(page))}${token.expiresAt === null ? '' : `, ends ${timeText(token.expiresAt)}`}${token.dataAccessExpiresAt === null ? '' : `, data until ${timeText(token.dataAccessExpiresAt)}`}`,
    ...(token.error === null ? [] : [`  Meta says: ${token.error}`]),
    ...(token.missingScopes.length === 0 ? [] : [`  missing permissions: ${token.missingScopes.join(', ')}`]),
    `  last synced ${timeText(page.lastSyncedAt) || 'never'}, webhooks ${webhooks.subscription}`,
    `  automatic syncs ${page.autoSync ? `every ${every}${next}` : 'off'}`,
  ].join('\n');
}

function tokenText({ token }: PageResource): string {
  if (token.state !== 'valid') return token.state === 'needs_reconnect' ? 'reconnect' : token.state;
  return token.expiresSoon ? 'ends soon' : 'valid';
}

function tokenTone({ token }: PageResource): Tone {
  if (token.state !== 'valid') return 'red';
  return token.expiresSoon ? 'yellow' : 'green';
}
