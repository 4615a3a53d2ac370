import { JOB_STATUSES, type JobStatus } from '../../../src/contract/job-status.ts';
import {
  SYNC_MODES,
  SYNC_TRIGGERS,
  type SyncMode,
  type SyncTrigger,
} from '../../../src/contract/sync-options.ts';
import type { Query } from '../../api/client.ts';

/** Which jobs are shown; empty: all. Days are those of the reader. */
export interface HistoryFilters {
  pageId: string;
  statuses: JobStatus[];
  mode: SyncMode | '';
  trigger: SyncTrigger | '';
  /** First and last day, as `2026-11-22`. */
  since: string;
  until: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** What an address asks for; what nobody knows is left out. */
export function readFilters(params: URLSearchParams): HistoryFilters {
  const one = <T extends string>(name: string, known: readonly T[]): T | '' =>
    known.find((value) => value === params.get(name)) ?? '';
  const day = (name: string) => {
    const given = params.get(name) ?? '';
    return DAY.test(given) && !Number.isNaN(Date.parse(given)) ? given : '';
  };
  const wanted = (params.get('status') ?? '').split(',');
  return {
    pageId: params.get('page') ?? '',
    statuses: JOB_STATUSES.filter((status) => wanted.includes(status)),
    mode: one('mode', SYNC_MODES),
    trigger: one('trigger', SYNC_TRIGGERS),
    since: day('since'),
    until: day('until'),
  };
}

/** The same as an address. */
export function writeFilters(filters: HistoryFilters): URLSearchParams {
  const params = new URLSearchParams();
  const { pageId, statuses, mode, trigger, since, until } = filters;
  for (const [name, value] of Object.entries({
    page: pageId,
    status: statuses.join(','),
    mode,
    trigger,
    since,
    until,
  })) {
    if (value !== '') params.set(name, value);
  }
  return params;
}

/** Whether the days are the wrong way round: nothing is asked for then. */
export function isBackwards({ since, until }: HistoryFilters): boolean {
  return since !== '' && until !== '' && since > until;
}

/** The same as a query of `GET /api/jobs`: days begin and end where the reader is. */
export function jobsQuery({ pageId, statuses, mode, trigger, since, until }: HistoryFilters): Query {
  return {
    pageId,
    status: statuses.join(','),
    mode,
    trigger,
    since: since === '' ? null : new Date(`${since}T00:00:00`).toISOString(),
    until: until === '' ? null : new Date(`${until}T23:59:59.999`).toISOString(),
  };
}
