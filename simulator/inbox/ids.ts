import { hashText, mix } from '../hash.ts';
import type { Platform } from '../types.ts';

/**
 * Ids that look like the real ones and can be read back: nothing has to be stored to know which conversation
 * (slot) and message (code) an id names. Slots and codes are 32-bit integers, spread by an odd multiplier.
 * Messenger: `t_<16 digits>`, `m_<url-safe base64>`, PSID of 16-17 digits. Instagram: base64 of `ig_dm:…` and
 * `ig_dm_item:…` texts with `A` after every `Z` and `ZD` for padding, as the captured ids have.
 */
export type Ids = {
  conversation: (slot: number) => string;
  message: (slot: number, code: number) => string;
  person: (slot: number) => string;
  slotOf: (conversationId: string) => number | null;
  slotOfPerson: (personId: string) => number | null;
  messageOf: (messageId: string) => { slot: number; code: number } | null;
};

const ODD = 0x9e3779b1;
const INVERSE = inverse(ODD);
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const PAIRS = Array.from({ length: 4096 }, (_, i) => `${DIGITS[i >> 6]}${DIGITS[i & 63]}`);
const THREAD_PREFIX = '340282366841710300949';
const ITEM_PREFIX = '29953728602044058576790739';

/** Ids of one inbox; `owner` is the page id, or the Instagram account id written into Instagram ids. */
export function createIds(platform: Platform, owner: string, seed: number): Ids {
  const key = mix(hashText(`${platform}/${owner}`), seed);
  const tag = String(100000 + (key % 900000));
  const personKey = mix(key, 0x5eed);
  const personTag = String(100000 + (personKey % 900000));
  const scatter = (value: number, by: number) => Math.imul(value ^ by, ODD) >>> 0;
  const gather = (code: number, by: number) => Math.imul(code, INVERSE) ^ by;

  const person = (slot: number) => {
    const code = scatter(slot, personKey);
    return `${personTag}${ten(code)}${code % 4 === 0 ? '7' : ''}`;
  };
  const slotOfPerson = (id: string) => {
    if (!/^\d{16,17}$/.test(id)) return null;
    const slot = gather(Number(id.slice(6, 16)), personKey);
    return person(slot) === id ? slot : null;
  };
  const slotOfDigits = (digits: string) =>
    digits.startsWith(tag) && Number(digits.slice(6)) <= 0xffffffff
      ? gather(Number(digits.slice(6)), key)
      : null;
  const digitsOf = (slot: number) => `${tag}${ten(scatter(slot, key))}`;

  if (platform === 'messenger') {
    return {
      person,
      slotOfPerson,
      conversation: (slot) => `t_${digitsOf(slot)}`,
      slotOf: (id) => (/^t_\d{16}$/.test(id) ? slotOfDigits(id.slice(2)) : null),
      message: (slot, code) => {
        const a = scatter(slot, key);
        const b = scatter(code, a);
        let id = `m_${sixOf(a)}${sixOf(b)}${sixOf(mix(key, 1))}`;
        for (let i = 0; i < 5; i += 1) id += sixOf(mix(a ^ b, i));
        return id;
      },
      messageOf: (id) => {
        if (!/^m_[\w-]{48}$/.test(id) || id.slice(14, 20) !== sixOf(mix(key, 1))) return null;
        const a = ofSix(id.slice(2, 8));
        return { slot: gather(a, key), code: gather(ofSix(id.slice(8, 14)), a) };
      },
    };
  }
  return {
    person,
    slotOfPerson,
    conversation: (slot) => toInstagram(`ig_dm:1:IGMessageThread:${owner}:${THREAD_PREFIX}${digitsOf(slot)}`),
    slotOf: (id) => {
      const match = /^ig_dm:1:IGMessageThread:(\d+):\d{21}(\d{16})$/.exec(fromInstagram(id));
      return match && match[1] === owner ? slotOfDigits(match[2] ?? '') : null;
    },
    message: (slot, code) => {
      const item = `${ITEM_PREFIX}${ten(scatter(code, scatter(slot, key)))}`;
      return toInstagram(`ig_dm_item:1:IGMessageID:${owner}:${THREAD_PREFIX}${digitsOf(slot)}:${item}`);
    },
    messageOf: (id) => {
      const match = /^ig_dm_item:1:IGMessageID:(\d+):\d{21}(\d{16}):\d{26}(\d{10})$/.exec(fromInstagram(id));
      const slot = match && match[1] === owner ? slotOfDigits(match[2] ?? '') : null;
      return match && slot !== null ? { slot, code: gather(Number(match[3]), scatter(slot, key)) } : null;
    },
  };
}

function ten(value: number): string {
  return String(value).padStart(10, '0');
}

function sixOf(value: number): string {
  return `${PAIRS[value >>> 20]}${PAIRS[(value >>> 8) & 4095]}${PAIRS[(value & 255) << 4]}`;
}

function ofSix(text: string): number {
  let value = 0;
  for (const letter of text) value = value * 64 + DIGITS.indexOf(letter);
  return Math.floor(value / 16) >>> 0;
}

function toInstagram(text: string): string {
  return Buffer.from(text, 'latin1').toString('base64').replaceAll('Z', 'ZA').replaceAll('=', 'ZD');
}

function fromInstagram(id: string): string {
  if (!id.startsWith('aWdfZA') || !/^[A-Za-z0-9+/_-]{20,400}$/.test(id)) return '';
  return Buffer.from(id.replaceAll('ZD', '=').replaceAll('ZA', 'Z'), 'base64').toString('latin1');
}

function inverse(odd: number): number {
  let x = odd;
  for (let i = 0; i < 5; i += 1) x = Math.imul(x, 2 - Math.imul(odd, x));
  return x;
}
