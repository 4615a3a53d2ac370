import { fileURLToPath } from 'node:url';
import type { Duration } from '@temporalio/common';
import {
  bundleWorkflowCode,
  DefaultLogger,
  type NativeConnection,
  Worker,
  type WorkflowBundleOption,
} from '@temporalio/worker';

const WORKFLOWS = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));

/** Bundles the workflows for the sandbox; once for any number of workers in a process. */
export function bundleWorkflows(): Promise<{ code: string }> {
  return bundleWorkflowCode({ workflowsPath: WORKFLOWS, logger: new DefaultLogger('WARN') });
}

/** How the worker of a queue is set up. */
export interface QueueWorkerOptions {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  activities: object;
  workflowBundle: WorkflowBundleOption;
  /** Activities at a time; most of them wait for Meta most of the time. */
  maxConcurrentActivityTaskExecutions?: number;
  maxHeartbeatThrottleInterval?: Duration;
}

/** Time that activities get to store what they have in hand when the worker is asked to stop. */
const SHUTDOWN_GRACE_MS = 5000;

/** @throws when Temporal refuses the worker */
export function createQueueWorker(options: QueueWorkerOptions): Promise<Worker> {
  return Worker.create({
    maxConcurrentActivityTaskExecutions: 50,
    // a cancel reaches a slice with its heartbeat
    maxHeartbeatThrottleInterval: '1 second',
    ...options,
    maxCachedWorkflows: 500,
    // a worker that was killed keeps its workflows to itself no longer than this
    stickyQueueScheduleToStartTimeout: '5 seconds',
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
    shutdownForceTime: SHUTDOWN_GRACE_MS * 2,
  });
}
