import { catalogue } from '../faults/catalogue.ts';
import type { Fault, Match } from '../faults/rules.ts';
import { edges } from '../types.ts';
import type { World } from '../world.ts';
import { ControlError, Input, PLATFORMS } from './input.ts';

const KINDS = [
  'error',
  'raw',
  'delay',
  'hang',
  'reset',
  'truncate',
  'garbage',
  'empty-body',
  'same-cursor',
  'empty-page-with-next',
] as const;

/** `POST /faults` `{match?, times?, fault}` → `{id}`; `times` defaults to 1. */
export function addFault(world: World, body: unknown): { id: string } {
  const input = new Input(body, ['match', 'times', 'fault']);
  const times = input.get('times') === 'always' ? 'always' : (input.number('times', 1) ?? 1);
  return { id: world.rules.add(readMatch(input.get('match') ?? {}), times, readFault(input.get('fault'))) };
}

function readMatch(value: unknown): Match {
  const input = new Input(value, ['page', 'platform', 'edge', 'conversationId', 'afterCalls']);
  return {
    page: input.text('page'),
    platform: input.oneOf('platform', PLATFORMS),
    edge: input.oneOf('edge', [...edges, 'any']),
    conversationId: input.text('conversationId'),
    afterCalls: input.number('afterCalls', 1),
  };
}

function readFault(value: unknown): Fault {
  const names = ['kind', 'name', 'regainMinutes', 'status', 'body', 'headers', 'ms', 'bytes'];
  const input = new Input(value, names);
  const kind = input.needOneOf('kind', KINDS);
  switch (kind) {
    case 'error': {
      const name = input.needText('name');
      if (!(name in catalogue))
        throw new ControlError(400, `no error is called ${name}; GET /_control/errors`);
      const regainMinutes = input.number('regainMinutes');
      return regainMinutes === undefined ? { kind, name } : { kind, name, regainMinutes };
    }
    case 'raw': {
      const body = input.get('body') ?? '';
      const headers: Record<string, string> = {};
      for (const [name, header] of Object.entries(input.get('headers') ?? {})) headers[name] = String(header);
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      return { kind, status: input.number('status', 200) ?? 200, body: text, headers };
    }
    case 'delay':
      return { kind, ms: input.number('ms') ?? 0 };
    case 'truncate':
      return { kind, bytes: input.number('bytes') ?? 0 };
    default:
      return { kind };
  }
}

/** `GET /errors`: every error name with the status and body it answers. */
export function listErrors(): { name: string; status: number; body: unknown }[] {
  return Object.entries(catalogue).map(([name, { status, body, text }]) => ({
    name,
    status,
    body: body ?? text,
  }));
}
