import { updateKinds } from '../webhooks/fields.ts';
import { defaultMix, type Mix, type TrafficProgress } from '../webhooks/traffic.ts';
import type { World } from '../world.ts';
import { ControlError, Input } from './input.ts';

const MAX_WEIGHT = 1000;

/** `POST /webhooks/traffic` `{rate, pages?, seconds?|count?, mix?}`: lets things happen at that rate → its progress. */
export function startTraffic(world: World, body: unknown): TrafficProgress {
  const input = new Input(body, ['rate', 'pages', 'seconds', 'count', 'mix']);
  const rate = input.number('rate', 0, true);
  if (!rate) throw new ControlError(400, 'rate must be a number above 0');
  const pages = readPages(world, input.get('pages'));
  if (!pages.some(({ inboxes }) => Object.values(inboxes).some((inbox) => inbox && inbox.size > 0))) {
    throw new ControlError(400, 'none of the pages has a conversation');
  }
  const seconds = input.number('seconds', 0, true) ?? Number.POSITIVE_INFINITY;
  const count = input.number('count', 1) ?? Number.POSITIVE_INFINITY;
  const mix = input.has('mix') ? readMix(input.get('mix')) : defaultMix;
  world.traffic.start({ rate, pages, seconds, count, mix });
  return world.traffic.progress();
}

/** `DELETE /webhooks/traffic` → how far it had come. */
export function stopTraffic(world: World): TrafficProgress {
  world.traffic.stop();
  return world.traffic.progress();
}

function readPages(world: World, value: unknown) {
  if (value === undefined) return [...world.pages.values()];
  if (!Array.isArray(value)) throw new ControlError(400, 'pages must be a list of ids');
  return value.map((id) => {
    const page = world.pages.get(id);
    if (!page) throw new ControlError(404, `there is no page ${id}`);
    return page;
  });
}

function readMix(value: unknown): Mix {
  const input = new Input(value, updateKinds);
  const mix: Mix = {};
  for (const kind of updateKinds) {
    const weight = input.number(kind);
    if (weight !== undefined && weight > MAX_WEIGHT) {
      throw new ControlError(400, `${kind} must be at most ${MAX_WEIGHT}`);
    }
    if (weight) mix[kind] = weight;
  }
  if (Object.keys(mix).length === 0) throw new ControlError(400, 'mix must name a kind with a weight');
  return mix;
}
