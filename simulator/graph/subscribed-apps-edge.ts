import type { Page } from '../page.ts';
import type { Json } from '../types.ts';
import { PAGE_FIELDS } from '../webhooks/fields.ts';
import type { Subscriptions } from '../webhooks/subscriptions.ts';
import { failure, GraphError } from './failure.ts';
import { badParameter } from './failures.ts';

/** `GET|POST|DELETE /{page}/subscribed_apps`: the fields of which the app gets webhooks. */
export function subscribedApps(
  page: Page,
  method: string,
  query: URLSearchParams,
  subscriptions: Subscriptions,
  appId: string,
): Json {
  switch (method) {
    case 'GET':
      return { data: list(subscriptions.fieldsOf(page.id), appId) };
    case 'POST':
      subscriptions.subscribe(page.id, readFields(query.get('subscribed_fields')));
      return { success: true };
    case 'DELETE':
      subscriptions.unsubscribe(page.id);
      return { success: true };
    default:
      throw new GraphError(failure(400, 100, `Unsupported ${method.toLowerCase()} request.`));
  }
}

function list(fields: string[] | null, appId: string): Json[] {
  if (!fields) return [];
  const link = `https://www.facebook.com/games/?app_id=${appId}`;
  return [{ category: 'Business', link, name: 'Example App', id: appId, subscribed_fields: fields }];
}

function readFields(text: string | null): string[] {
  const fields = (text ?? '').split(',').map((field) => field.trim());
  if (fields.every((field) => field === '')) {
    throw new GraphError(badParameter('The parameter subscribed_fields is required'));
  }
  const wrong = fields.findIndex((field) => !PAGE_FIELDS.includes(field));
  if (wrong >= 0) {
    const known = PAGE_FIELDS.map((field) => field.toUpperCase()).join(', ');
    throw new GraphError(
      badParameter(`Param subscribed_fields[${wrong}] must be one of {${known}} - got "${fields[wrong]}"`),
    );
  }
  return fields;
}
