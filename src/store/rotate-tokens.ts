import type { Fragment, Sql } from './sql.ts';
import type { TokenCipher } from './token-cipher.ts';

/** What a rotation has done. */
export interface RotationResult {
  /** Encrypted with the newest key now. */
  rotated: number;
  /** That no key of the ring fits: left as they are. */
  unreadable: number;
}

/** Read, encrypted and written at a time. */
const ROWS = 200;

interface Stored {
  id: string;
  owner: string;
  encrypted: string;
}

/** A column of encrypted texts. */
interface Column {
  /** Rows `(id, owner, encrypted)` whose id is after `after` and that the newest key has not encrypted. */
  read(after: string): Fragment;
  /** Replaces an encrypted text, if it is still the same. */
  replace(row: Stored, encrypted: string): Fragment;
}

/**
 * Encrypts everything with the newest key that an older one has encrypted, piece by piece. May be repeated and run while
 * everything else runs: what somebody replaces meanwhile is left alone, and is of the newest key if that is everywhere.
 */
export async function rotateTokens(sql: Sql, cipher: TokenCipher): Promise<RotationResult> {
  const result: RotationResult = { rotated: 0, unreadable: 0 };
  for (const column of columnsOf(sql, `${cipher.newestPrefix}%`)) {
    let after = '';
    let rows: Stored[];
    do {
      rows = (await column.read(after)) as unknown as Stored[];
      for (const row of rows) {
        const outcome = await rotate(row, column);
        if (outcome !== null) result[outcome] += 1;
      }
      after = rows.at(-1)?.id ?? after;
    } while (rows.length === ROWS);
  }
  return result;

  async function rotate(row: Stored, column: Column): Promise<keyof RotationResult | null> {
    let plain: string;
    try {
      plain = cipher.decrypt(row.encrypted, row.owner);
    } catch {
      return 'unreadable';
    }
    const { count } = (await column.replace(row, cipher.encrypt(plain, row.owner))) as { count: number };
    return count > 0 ? 'rotated' : null;
  }
}

function columnsOf(sql: Sql, newest: string): Column[] {
  return [
    {
      read: (after) => sql`
        SELECT id::text, facebook_page_id AS owner, access_token AS encrypted FROM facebook_pages
        WHERE id::text > ${after} AND access_token NOT LIKE ${newest} ORDER BY id::text LIMIT ${ROWS}`,
      replace: (row, encrypted) => sql`
        UPDATE facebook_pages SET access_token = ${encrypted}
        WHERE id = ${row.id} AND access_token = ${row.encrypted}`,
    },
    {
      read: (after) => sql`
        SELECT login_id || '/' || facebook_page_id AS id, facebook_page_id AS owner, access_token AS encrypted
        FROM facebook_login_pages
        WHERE login_id || '/' || facebook_page_id > ${after} AND access_token NOT LIKE ${newest}
        ORDER BY 1 LIMIT ${ROWS}`,
      replace: (row, encrypted) => sql`
        UPDATE facebook_login_pages SET access_token = ${encrypted}
        WHERE login_id || '/' || facebook_page_id = ${row.id} AND access_token = ${row.encrypted}`,
    },
    {
      read: (after) => sql`
        SELECT id::text, id::text AS owner, verifier AS encrypted FROM facebook_logins
        WHERE id::text > ${after} AND verifier NOT LIKE ${newest} ORDER BY id::text LIMIT ${ROWS}`,
      replace: (row, encrypted) => sql`
        UPDATE facebook_logins SET verifier = ${encrypted} WHERE id = ${row.id} AND verifier = ${row.encrypted}`,
    },
  ];
}
