import { mix, pick } from '../hash.ts';
import type { Platform } from '../types.ts';

/** A customer as Graph writes one: Messenger people carry name and email, Instagram people a username. */
export type Person = { id: string; name?: string; email?: string; username?: string };

const NAMES: readonly (readonly [readonly string[], readonly string[]])[] = [
  [
    ['Amélie', 'Zoë', 'François', 'Chloé', 'Gaëlle', 'Loïc'],
    ['Lefèvre', 'Bérard', "d'Aubigné", 'Côté', 'Guérin'],
  ],
  [
    ['Łukasz', 'Małgorzata', 'Żaneta', 'Paweł', 'Świętosława'],
    ['Wójcik', 'Błaszczyk', 'Zając', 'Dąbrowska'],
  ],
  [
    ['Jürgen', 'Änne', 'Søren', 'Åsa', 'Björk', 'Þórdís'],
    ['Müller-Lüdenscheidt', 'Groß', 'Ångström', 'Sæmundsdóttir'],
  ],
  [
    ['José María', 'Íñigo', 'Begoña', 'João', 'Conceição'],
    ['Núñez', 'Peña Ibáñez', 'Gonçalves', 'Magalhães'],
  ],
  [
    ['Nguyễn', 'Trần', 'Phạm', 'Đặng'],
    ['Thị Hồng Ánh', 'Văn Đức', 'Quỳnh Như', 'Ngọc Bích'],
  ],
  [
    ['Ольга', 'Сергій', 'Юлія', 'Дмитро'],
    ['Шевчук', 'Коваленко', "Дем'яненко"],
  ],
  [
    ['佐藤', '高橋', '王', '李', '김'],
    ['美咲', '健太', '小明', '秀英', '서연'],
  ],
  [
    ['محمد', 'فاطمة', 'يوسف', 'ليلى'],
    ['الحسيني', 'عبد الرحمن', 'القاسمي'],
  ],
  [
    ['נועה', 'אבי', 'שירה'],
    ['כהן', 'בן־דוד', 'מזרחי'],
  ],
  [
    ['✨ Luna', 'Max 🚴‍♂️', 'Mia 🌻', 'Kofi 🇬🇭'],
    ['🦋', 'R.', 'Okafor 🎧', 'van der Berg'],
  ],
  [
    ['Priya', 'आरव', 'Ayşe', 'Çağla', 'สมชาย'],
    ['Iyer', 'शर्मा', 'Yıldız', 'ใจดี', 'Öztürk'],
  ],
  [
    ['Anna', 'Tom', 'Grace', 'Daniel', 'Mary Jane'],
    ['Smith', "O'Neill", 'Brown', 'Taylor', 'Wu'],
  ],
];

/**
 * The customer of conversation `slot`. Every fifth Instagram conversation belongs to the human who also has the
 * Messenger conversation of the same number; only the ids differ.
 */
export function customer(platform: Platform, seed: number, slot: number, id: string): Person {
  const human = platform === 'instagram' && slot % 5 !== 0 ? slot ^ 0x10000000 : slot;
  const hash = mix(seed ^ 0x0a11ce, human);
  if (platform === 'instagram') return { username: username(hash, human), id };
  const [first, last] = pick(NAMES, hash);
  return { name: `${pick(first, hash >>> 8)} ${pick(last, hash >>> 16)}`, email: `${id}@facebook.com`, id };
}

const HANDLES = ['luna', 'mika', 'noor', 'yuki', 'tom', 'anna', 'kofi', 'zoe', 'leo', 'priya', 'ines', 'sam'];
const TAILS = ['.photo', '_daily', '.official', '_travels', '', '_x', '.bakes', '__'];

function username(hash: number, human: number): string {
  return `${pick(HANDLES, hash)}${pick(TAILS, hash >>> 8)}${(human >>> 0) % 1_000_000}`;
}
