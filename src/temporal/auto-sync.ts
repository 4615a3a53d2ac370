import { type Client, ScheduleAlreadyRunning, ScheduleNotFoundError } from '@temporalio/client';
import type { Alignment, AutoSyncPage } from '../contract/auto-sync.ts';
import { SCHEDULE_DEADLINE_MS } from '../contract/follow-row.ts';
import { autoSyncId } from '../contract/names.ts';
import { autoSyncSchedule, isAligned, wantedState } from './auto-sync-schedule.ts';
import { within } from './calls.ts';

/** How long Temporal may take to list all schedules, in milliseconds. */
const LIST_DEADLINE_MS = 30_000;

/** How long whoever shows a page waits to learn when its next sync is. */
const SHOW_DEADLINE_MS = 1000;

/** The schedules of automatic syncs, one a page (`auto-sync/<facebookPageId>`). */
export type AutoSyncSchedules = ReturnType<typeof createAutoSyncSchedules>;

/**
 * @param prefix of the installation, as for its task queues: other schedules are not ours
 * @param taskQueue of the syncs
 */
export function createAutoSyncSchedules(client: Client, options: { prefix: string; taskQueue: string }) {
  const handleOf = (facebookPageId: string) =>
    client.schedule.getHandle(autoSyncId(options.prefix, facebookPageId));
  async function remove(facebookPageId: string): Promise<Alignment> {
    try {
      await handleOf(facebookPageId).delete();
      return 'deleted';
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return 'kept';
      throw error;
    }
  }

  async function make(page: AutoSyncPage): Promise<Alignment> {
    const wanted = autoSyncSchedule(page, options);
    const handle = handleOf(page.facebookPageId);
    try {
      const described = await handle.describe();
      if (isAligned(described, wanted, page)) return 'kept';
      const { spec, policies, action } = wanted;
      await handle.update(({ state }) => ({
        spec,
        ...(policies === undefined ? {} : { policies }),
        action,
        state: { ...state, ...wantedState(state, page) },
      }));
      return 'changed';
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    }
    try {
      await client.schedule.create(wanted);
      return 'made';
    } catch (error) {
      // somebody else has made it in the same moment
      if (error instanceof ScheduleAlreadyRunning) return 'kept';
      throw error;
    }
  }

  return {
    /**
     * Makes, changes, pauses, resumes or deletes a page's schedule, so that it is as the page says. One that a person has
     * paused stays paused. May be called at any time, by anybody, as often as one likes; `followRow` sees to it that
     * the newest row comes last.
     *
     * @param ms how long Temporal may take
     * @throws TemporalUnavailable, TemporalSilent, or when Temporal refuses it
     */
    async align(page: AutoSyncPage, ms = SCHEDULE_DEADLINE_MS): Promise<Alignment> {
      return within(client, () => (page.wanted ? make(page) : remove(page.facebookPageId)), ms);
    },

    /** When the page's next automatic sync begins, ISO 8601; `null` when there is none, or Temporal does not say. */
    async nextAt(facebookPageId: string): Promise<string | null> {
      try {
        const { state, info } = await within(
          client,
          () => handleOf(facebookPageId).describe(),
          SHOW_DEADLINE_MS,
        );
        return state.paused ? null : (info.nextActionTimes[0]?.toISOString() ?? null);
      } catch {
        return null;
      }
    },

    /** The Facebook page IDs of all schedules that there are; Temporal's list may lag behind. @throws when Temporal does not answer */
    async facebookPageIds(): Promise<string[]> {
      const begin = autoSyncId(options.prefix, '');
      const ids: string[] = [];
      const list = async () => {
        for await (const { scheduleId } of client.schedule.list()) {
          if (scheduleId.startsWith(begin)) ids.push(scheduleId.slice(begin.length));
        }
      };
      await within(client, list, LIST_DEADLINE_MS);
      return ids;
    },
  };
}
