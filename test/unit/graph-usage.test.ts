import { describe, expect, test } from 'vitest';
import { readUsage, type Usage } from '../../src/graph/usage.ts';
import { fc } from './property.ts';

const UNKNOWN: Usage = { assetPercent: null, appPercent: null, regainMinutes: null };
const of = (headers: Record<string, unknown>) =>
  readUsage(
    new Headers(
      Object.entries(headers).map(([name, value]): [string, string] => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
  );
const pool = (call_count: number, estimated_time_to_regain_access = 0, type = 'messenger') => ({
  type,
  call_count,
  total_cputime: 1,
  total_time: 1,
  estimated_time_to_regain_access,
});

describe('usage headers', () => {
  test('a missing header is unknown, not zero', () => {
    expect(of({})).toEqual(UNKNOWN);
  });

  test.each<[string, Record<string, unknown>, Partial<Usage>]>([
    [
      'the app’s own meter',
      { 'X-App-Usage': { call_count: 28, total_time: 25, total_cputime: 25 } },
      { appPercent: 28 },
    ],
    [
      'the app at 91 %',
      { 'x-app-usage': '{"call_count":91,"total_cputime":15,"total_time":12}' },
      { appPercent: 91 },
    ],
    [
      'the highest field, whichever it is',
      { 'X-App-Usage': { call_count: 1, total_time: 2, total_cputime: 77 } },
      { appPercent: 77 },
    ],
    [
      'the older page header',
      { 'X-Page-Usage': { call_count: 31, total_time: 5, total_cputime: 6 } },
      { assetPercent: 31 },
    ],
    [
      'a business meter with its regain time',
      { 'X-Business-Use-Case-Usage': { '1': [pool(100, 19)] } },
      { assetPercent: 100, regainMinutes: 19 },
    ],
    [
      'several pools of one id',
      { 'X-Business-Use-Case-Usage': { '1': [pool(10), pool(88, 3, 'pages'), pool(20)] } },
      { assetPercent: 88, regainMinutes: 3 },
    ],
    [
      'several ids',
      { 'X-Business-Use-Case-Usage': { '1': [pool(10, 7)], '2': [pool(90)] } },
      { assetPercent: 90, regainMinutes: 7 },
    ],
    [
      'page and business together',
      { 'X-Page-Usage': { call_count: 60 }, 'X-Business-Use-Case-Usage': { '1': [pool(40)] } },
      { assetPercent: 60, regainMinutes: 0 },
    ],
    [
      'regain 0 at 97 %',
      { 'X-Business-Use-Case-Usage': { '1': [pool(97, 0)] } },
      { assetPercent: 97, regainMinutes: 0 },
    ],
    ['more than 100 %', { 'X-Page-Usage': { call_count: 118 } }, { assetPercent: 118 }],
    ['a percent sign', { 'X-Page-Usage': { call_count: '17%' } }, { assetPercent: 17 }],
    [
      'numbers as text',
      { 'X-Business-Use-Case-Usage': { '1': [{ call_count: '41', estimated_time_to_regain_access: '12' }] } },
      { assetPercent: 41, regainMinutes: 12 },
    ],
    [
      'an empty field beside a full one',
      { 'X-App-Usage': { call_count: '', total_time: 9 } },
      { appPercent: 9 },
    ],
    [
      'fields that are no numbers',
      { 'X-App-Usage': { call_count: null, total_time: {}, total_cputime: [] } },
      {},
    ],
    ['a negative number', { 'X-App-Usage': { call_count: -5 } }, {}],
    ['empty headers', { 'x-app-usage': '', 'x-page-usage': '', 'x-ad-account-usage': '' }, {}],
    ['no JSON', { 'x-app-usage': 'None' }, {}],
    ['broken JSON', { 'x-business-use-case-usage': '{"1":[{"call_count":9' }, {}],
    [
      'JSON that is no object',
      { 'x-app-usage': '17', 'x-page-usage': 'null', 'x-business-use-case-usage': '[1,"2",null]' },
      {},
    ],
    [
      'the header of another family',
      { 'X-Ad-Account-Usage': '{"acc_id_util_pct":9.67,"call_count":99,"reset_time_duration":100}' },
      {},
    ],
  ])('%s', (_, headers, expected) => {
    expect(of(headers)).toEqual({ ...UNKNOWN, ...expected });
  });

  test('the highest of 32 objects', () => {
    const pools = Object.fromEntries(
      Array.from({ length: 32 }, (_, i) => [String(1000 + i), [pool((i * 7) % 32, i)]]),
    );
    expect(of({ 'X-Business-Use-Case-Usage': pools })).toEqual({
      ...UNKNOWN,
      assetPercent: 31,
      regainMinutes: 31,
    });
  });

  test('a key that is repeated, as in Meta’s own sample, hides nothing', () => {
    const repeated = `{"1":[${JSON.stringify(pool(97, 19))}],"1":[${JSON.stringify(pool(40, 0))}]}`;
    expect(of({ 'X-Business-Use-Case-Usage': repeated })).toEqual({
      ...UNKNOWN,
      assetPercent: 97,
      regainMinutes: 19,
    });
  });

  test('the app’s pool and the asset’s are not mixed up', () => {
    expect(of({ 'X-App-Usage': { call_count: 90 }, 'X-Page-Usage': { call_count: 10 } })).toEqual({
      assetPercent: 10,
      appPercent: 90,
      regainMinutes: null,
    });
  });

  test('nothing makes it throw, and what it says is a number of at least 0 or unknown', () => {
    const json = fc.jsonValue({ maxDepth: 6 }).map((value) => JSON.stringify(value));
    const header = fc
      .oneof(fc.string({ unit: 'grapheme-ascii' }), json)
      .map((text) => text.replace(/[^\x20-\xff]/g, ''));
    const meters = fc
      .dictionary(
        fc.string({ unit: 'grapheme-ascii' }),
        fc.array(fc.record({ call_count: fc.oneof(fc.double(), fc.string({ unit: 'grapheme-ascii' })) })),
      )
      .map((value) => JSON.stringify(value).replace(/[^\x20-\x7e]/g, ''));
    fc.assert(
      fc.property(header, fc.oneof(header, meters), header, (app, business, page) => {
        const usage = of({ 'X-App-Usage': app, 'X-Business-Use-Case-Usage': business, 'X-Page-Usage': page });
        for (const value of Object.values(usage))
          expect(value === null || (Number.isFinite(value) && value >= 0)).toBe(true);
      }),
    );
  });
});
