import { randomUUID } from 'node:crypto';
import type { FacebookLoginResource, LoginPageResource } from '../contract/facebook-login.ts';
import { isUuid } from './keyset.ts';
import type { Sql } from './sql.ts';
import type { TokenCipher } from './token-cipher.ts';

/** Time for the dialog at Facebook, and then to choose pages, in minutes. */
const DIALOG_MINUTES = 10;
const CHOICE_MINUTES = 60;

/** A page of somebody who has signed in. */
export interface LoginPage {
  facebookPageId: string;
  name: string;
  instagramAccountId: string | null;
  canMessage: boolean;
  accessToken: string | null;
}

/** What it takes to exchange the code that a person has brought. */
export interface AnsweredLogin {
  id: string;
  verifier: string;
  redirectUri: string;
}

interface LoginRow {
  id: string;
  created_at: Date;
  expires_at: Date;
  answered_at: Date | null;
  completed_at: Date | null;
  error: string | null;
  is_over: boolean;
}

/** `facebook_logins` and `facebook_login_pages`: people on the way through Facebook's dialog, and what they brought. */
export function createLoginStore(sql: Sql, cipher: TokenCipher) {
  const minutes = (count: number) => sql`now() + ${count} * interval '1 minute'`;

  async function pagesOf(loginId: string): Promise<LoginPageResource[]> {
    return sql<LoginPageResource[]>`
      SELECT l.facebook_page_id AS "facebookPageId", l.name, l.instagram_account_id AS "instagramAccountId",
        l.can_message AS "canMessage", (p.id IS NOT NULL AND p.disconnected_at IS NULL) AS connected
      FROM facebook_login_pages l LEFT JOIN facebook_pages p ON p.facebook_page_id = l.facebook_page_id
      WHERE l.login_id = ${loginId} ORDER BY l.name, l.facebook_page_id`;
  }

  return {
    /**
     * Begins a login, and forgets those that are over.
     *
     * @param principal who begins it: to everybody else there is no such login
     * @param stateHash SHA-256 of the state
     */
    async begin(
      principal: string,
      stateHash: Buffer,
      verifier: string,
      redirectUri: string,
    ): Promise<{ id: string; expiresAt: string }> {
      await this.forgetOver();
      const id = randomUUID();
      const [row] = await sql<{ expires_at: Date }[]>`
        INSERT INTO facebook_logins (id, principal, state_hash, verifier, redirect_uri, expires_at)
        VALUES (${id}, ${principal}, ${stateHash}, ${cipher.encrypt(verifier, id)}, ${redirectUri},
          ${minutes(DIALOG_MINUTES)})
        RETURNING expires_at`;
      if (row === undefined) throw new Error('INSERT returned no row');
      return { id, expiresAt: row.expires_at.toISOString() };
    },

    /**
     * Takes the state that came back with a person: each is good once.
     *
     * @param id the login that it must be of; `null`: whichever it is of
     * @returns `null` when this principal has no login with this state that waits for it
     */
    async answer(principal: string, stateHash: Buffer, id: string | null): Promise<AnsweredLogin | null> {
      const [row] = await sql<{ id: string; verifier: string; redirect_uri: string }[]>`
        UPDATE facebook_logins SET answered_at = now()
        WHERE state_hash = ${stateHash} AND principal = ${principal} AND answered_at IS NULL AND expires_at > now()
          AND (${id}::uuid IS NULL OR id = ${id}::uuid)
        RETURNING id, verifier, redirect_uri`;
      if (row === undefined) return null;
      return { id: row.id, verifier: cipher.decrypt(row.verifier, row.id), redirectUri: row.redirect_uri };
    },

    /** Makes the state good again that was taken for nothing. */
    async giveBack(id: string): Promise<void> {
      await sql`UPDATE facebook_logins SET answered_at = NULL WHERE id = ${id} AND completed_at IS NULL AND error IS NULL`;
    },

    /** The principal's login that has or had the state; `null` when there is none. */
    async withState(principal: string, stateHash: Buffer): Promise<string | null> {
      const [row] = await sql<{ id: string }[]>`
        SELECT id FROM facebook_logins WHERE state_hash = ${stateHash} AND principal = ${principal}`;
      return row?.id ?? null;
    },

    /** Keeps the person's pages for an hour, their tokens encrypted. */
    async complete(id: string, pages: readonly LoginPage[]): Promise<void> {
      await sql.begin(async (tx) => {
        await tx`
          UPDATE facebook_logins SET completed_at = now(), expires_at = now() + ${CHOICE_MINUTES} * interval '1 minute'
          WHERE id = ${id}`;
        for (const page of pages) {
          const token = page.accessToken && cipher.encrypt(page.accessToken, page.facebookPageId);
          await tx`
            INSERT INTO facebook_login_pages (login_id, facebook_page_id, name, instagram_account_id, can_message, access_token)
            VALUES (${id}, ${page.facebookPageId}, ${page.name}, ${page.instagramAccountId}, ${page.canMessage}, ${token})
            ON CONFLICT DO NOTHING`;
        }
      });
    },

    /** Remembers why nothing came of a login, as a sentence. */
    async fail(id: string, error: string): Promise<void> {
      await sql`UPDATE facebook_logins SET error = ${error} WHERE id = ${id} AND completed_at IS NULL`;
    },

    /** `null` when the principal has none with this id, or it was over so long ago that it is forgotten. */
    async find(principal: string, id: string): Promise<FacebookLoginResource | null> {
      if (!isUuid(id)) return null;
      const [row] = await sql<LoginRow[]>`
        SELECT id, created_at, expires_at, answered_at, completed_at, error, expires_at <= now() AS is_over
        FROM facebook_logins WHERE id = ${id} AND principal = ${principal}`;
      if (row === undefined) return null;
      const isThere = row.completed_at !== null && !row.is_over;
      return {
        id: row.id,
        state: stateOf(row),
        error: row.error,
        pages: isThere ? await pagesOf(row.id) : null,
        createdAt: row.created_at.toISOString(),
        expiresAt: row.expires_at.toISOString(),
      };
    },

    /** The tokens of pages that the person has brought; of all that can be messaged without a list. */
    async tokens(id: string, facebookPageIds: readonly string[] | null): Promise<LoginPage[]> {
      const rows = await sql<(Omit<LoginPage, 'accessToken'> & { encrypted: string | null })[]>`
        SELECT l.facebook_page_id AS "facebookPageId", l.name, l.instagram_account_id AS "instagramAccountId",
          l.can_message AS "canMessage", l.access_token AS encrypted
        FROM facebook_login_pages l JOIN facebook_logins f ON f.id = l.login_id
        WHERE l.login_id = ${id} AND f.expires_at > now()
          AND ${facebookPageIds === null ? sql`l.can_message` : sql`l.facebook_page_id = ANY(${[...facebookPageIds]})`}
        ORDER BY l.name, l.facebook_page_id`;
      return rows.map(({ encrypted, ...page }) => ({
        ...page,
        accessToken: encrypted && cipher.decrypt(encrypted, page.facebookPageId),
      }));
    },

    /** Deletes the tokens of logins that are over, and a day later the logins. */
    async forgetOver(): Promise<void> {
      await sql`DELETE FROM facebook_login_pages p USING facebook_logins l
        WHERE l.id = p.login_id AND l.expires_at <= now()`;
      await sql`DELETE FROM facebook_logins WHERE expires_at <= now() - interval '1 day'`;
    },
  };
}

function stateOf(row: LoginRow): FacebookLoginResource['state'] {
  if (row.error !== null) return 'failed';
  if (row.is_over) return 'expired';
  if (row.completed_at !== null) return 'completed';
  return row.answered_at === null ? 'pending' : 'answered';
}
