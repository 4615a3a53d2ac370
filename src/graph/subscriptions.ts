import { z } from 'zod';
import { listSchema } from './schemas.ts';

const appSchema = z.looseObject({ id: z.coerce.string(), subscribed_fields: z.array(z.string()).catch([]) });

/**
 * The fields of our app in an answer of `/{page}/subscribed_apps`; none when the page is not subscribed.
 *
 * @param appId `null` takes the first app: a page token sees the app that it belongs to
 */
export function readSubscribedFields(body: unknown, appId: string | null): string[] {
  const list = listSchema.safeParse(body);
  const apps = (list.success ? list.data.data : []).map((raw) => appSchema.safeParse(raw));
  const ours = apps.find((app) => app.success && (appId === null || app.data.id === appId));
  return ours?.success ? ours.data.subscribed_fields : [];
}
