import type { Config } from './config.ts';
import type { Logger } from './log.ts';
import { connectSql, createStore, createTokenCipher, migrate } from './store/index.ts';

/**
 * `pagesync token rotate-keys`: encrypts every stored token with the first of `TOKEN_ENCRYPTION_KEYS`. All programs keep
 * running; they must have the new key already.
 *
 * @throws when there is a token that no key fits
 */
export async function rotateTokenKeys(config: Config, logger: Logger): Promise<void> {
  const sql = connectSql(config.databaseUrl, 1);
  try {
    await migrate(sql);
    const result = await createStore(sql, createTokenCipher(config.tokenKeys)).rotateTokens();
    logger.info(result, 'Stored tokens are encrypted with the newest key');
    if (result.unreadable > 0) {
      throw new Error(`${result.unreadable} tokens fit no key of TOKEN_ENCRYPTION_KEYS`);
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
}
