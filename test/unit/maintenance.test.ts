import { describe, expect, test } from 'vitest';
import { hasLostWorkflow, type WorkflowState } from '../../src/contract/maintenance.ts';

describe('an open job has lost its workflow', () => {
  const running = (firstRunId: string | null): WorkflowState => ({ state: 'running', firstRunId });

  test.each<[string, string | null, WorkflowState, boolean]>([
    ['the workflow is closed', 'run', { state: 'closed' }, true],
    ['it is closed and had not taken the job up', null, { state: 'closed' }, true],
    ['its own run is at work', 'run', running('run'), false],
    ['another one is at work under its ID', 'run', running('other'), true],
    ['one is at work that has not taken the job up yet', null, running('run'), false],
    ['the server does not tell the first run', 'run', running(null), false],
    ['Temporal does not say', 'run', { state: 'unclear', why: 'it is away' }, false],
    ['Temporal does not say, and nobody has taken it up', null, { state: 'unclear', why: '' }, false],
  ])('when %s: run %s, %o: %s', (_when, runId, workflow, lost) => {
    expect(hasLostWorkflow(runId, workflow)).toBe(lost);
  });
});
