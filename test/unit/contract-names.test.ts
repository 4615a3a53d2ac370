import { describe, expect, test } from 'vitest';
import {
  ENDED_STATUSES,
  hasEnded,
  isLegalMove,
  JOB_STATUSES,
  LEGAL_MOVES,
  OPEN_STATUSES,
} from '../../src/contract/job-status.ts';
import {
  autoSyncId,
  batchWorkflowId,
  maintenanceId,
  SEARCH_ATTRIBUTES,
  syncWorkflowId,
  taskQueues,
  workflowIdOf,
} from '../../src/contract/names.ts';
import { PLATFORM_LABELS, PLATFORMS } from '../../src/contract/platform.ts';
import { connectPageRequest } from '../../src/contract/requests.ts';

describe('the states of a job', () => {
  test('each is open or ended, never both', () => {
    expect([...OPEN_STATUSES, ...ENDED_STATUSES].sort()).toEqual([...JOB_STATUSES].sort());
    for (const status of JOB_STATUSES)
      expect(hasEnded(status)).toBe(!(OPEN_STATUSES as readonly string[]).includes(status));
  });

  test('moves lead to known states, never to the same, never back to the beginning', () => {
    expect(Object.keys(LEGAL_MOVES).sort()).toEqual([...JOB_STATUSES].sort());
    for (const from of JOB_STATUSES) {
      for (const to of LEGAL_MOVES[from]) expect(JOB_STATUSES).toContain(to);
      expect(isLegalMove(from, from)).toBe(false);
      expect(isLegalMove(from, 'PENDING')).toBe(false);
    }
  });

  test('every open job can be cancelled and can fail; only what can be resumed leaves an end', () => {
    for (const from of OPEN_STATUSES) {
      expect([from, isLegalMove(from, 'CANCELLED'), isLegalMove(from, 'FAILED')]).toEqual([from, true, true]);
    }
    expect(ENDED_STATUSES.filter((status) => LEGAL_MOVES[status].length > 0)).toEqual([
      'PARTIAL',
      'CANCELLED',
    ]);
    expect(LEGAL_MOVES.PARTIAL).toEqual(['IN_PROGRESS']);
    expect(LEGAL_MOVES.CANCELLED).toEqual(['IN_PROGRESS']);
  });

  test('a job that is paused is not complete', () => {
    expect(isLegalMove('PAUSED', 'COMPLETED')).toBe(false);
    expect(isLegalMove('PENDING', 'COMPLETED')).toBe(false);
  });
});

describe('names', () => {
  test('the workflow ID is the Facebook page ID', () => {
    expect(syncWorkflowId('100200300')).toBe('100200300');
    expect(workflowIdOf({ facebookPageId: '100200300' })).toBe('100200300');
    expect(workflowIdOf({ facebookPageId: '100200300', conversationId: null })).toBe('100200300');
  });

  test('a repair has an ID of its own, which no page can have', () => {
    const id = workflowIdOf({ facebookPageId: '100200300', conversationId: 'c' });
    expect(id).toBe('repair/c');
    expect(connectPageRequest.shape.facebookPageId.safeParse(id).success).toBe(false);
    expect(workflowIdOf({ facebookPageId: '5', conversationId: 'c' })).toBe(id);
    expect(workflowIdOf({ facebookPageId: '5', conversationId: 'd' })).not.toBe(id);
  });

  test('so has a batch', () => {
    expect(batchWorkflowId('b')).toBe('batch/b');
    expect(connectPageRequest.shape.facebookPageId.safeParse('batch/b').success).toBe(false);
  });

  test('a prefix keeps installations apart', () => {
    expect(maintenanceId('', 'reconcile')).toBe('maintenance/reconcile');
    expect(maintenanceId('blue-', 'retention')).toBe('blue-maintenance/retention');
    expect(autoSyncId('', '100200300')).toBe('auto-sync/100200300');
    expect(autoSyncId('blue-', '100200300')).toBe('blue-auto-sync/100200300');
    expect(taskQueues('')).toEqual({ sync: 'sync', webhook: 'webhook' });
    expect(taskQueues('blue-')).toEqual({ sync: 'blue-sync', webhook: 'blue-webhook' });
  });

  test('search attributes are keywords of different names', () => {
    const names = Object.values(SEARCH_ATTRIBUTES).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(Object.values(SEARCH_ATTRIBUTES).map(({ type }) => type)).toEqual(names.map(() => 'KEYWORD'));
  });

  test('every platform has a name for people', () => {
    expect(PLATFORMS.map((platform) => PLATFORM_LABELS[platform])).toEqual(['Messenger', 'Instagram']);
  });
});
