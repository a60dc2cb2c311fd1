import { Injectable } from '@nestjs/common';
import { Database, selectList, type Tx } from '@isthmus/db';
import { SecretBox } from '@isthmus/secrets';
import { newSecret } from './signature';
import { WebhookSecretEntity } from './webhook-secret.entity';

type SealedRow = Pick<WebhookSecretEntity, 'endpointId' | 'sealed' | 'masterKeyId'>;

const INSERT = 'INSERT INTO webhook_secret (endpoint_id, sealed, master_key_id) VALUES ($1, $2, $3)';
/** One old secret is enough: what a rotation before left goes, so that a leaked one cannot be kept alive by rotating. */
const DROP_OLD = 'DELETE FROM webhook_secret WHERE endpoint_id = $1 AND expires_at IS NOT NULL';
const EXPIRE = `
  UPDATE webhook_secret SET expires_at = now() + make_interval(secs => $2 / 1000.0)
   WHERE endpoint_id = $1 AND expires_at IS NULL`;
const PAGE = `
  SELECT ${selectList(WebhookSecretEntity)} FROM webhook_secret
   WHERE endpoint_id = $1 AND (expires_at IS NULL OR expires_at > now()) ORDER BY created_at DESC, id DESC`;
// The current one first, as most receivers will find it at the first try.
const LIVING = `
  SELECT endpoint_id AS "endpointId", sealed, master_key_id AS "masterKeyId" FROM webhook_secret
   WHERE endpoint_id = ANY ($1::uuid[]) AND (expires_at IS NULL OR expires_at > now())
   ORDER BY created_at DESC, id DESC`;

/** Signing secrets, sealed at rest. */
@Injectable()
export class WebhookSecretRepository {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /** Gives the endpoint a secret and answers it: it can never be read again. */
  async add(tx: Tx, endpointId: string): Promise<string> {
    const secret = newSecret();
    await tx.execute(INSERT, [endpointId, this.box.seal(secret, endpointId), this.box.keyId]);
    return secret;
  }

  /** The same in place of the current one, which goes on signing along for `overlapMs`. */
  async rotate(tx: Tx, endpointId: string, overlapMs: number): Promise<string> {
    await tx.execute(DROP_OLD, [endpointId]);
    await tx.execute(EXPIRE, [endpointId, overlapMs]);
    return this.add(tx, endpointId);
  }

  /** Those that sign, without what they are, the current one first. */
  list(endpointId: string): Promise<WebhookSecretEntity[]> {
    return this.database.query<WebhookSecretEntity>(PAGE, [endpointId]);
  }

  /** The secrets that sign, by endpoint. One that is sealed under another master key is left out. */
  async living(endpointIds: string[]): Promise<Map<string, string[]>> {
    const rows = await this.database.query<SealedRow>(LIVING, [endpointIds]);
    const secrets = new Map<string, string[]>();
    for (const { endpointId, sealed, masterKeyId } of rows) {
      if (masterKeyId !== this.box.keyId) continue;
      secrets.set(endpointId, [...(secrets.get(endpointId) ?? []), this.box.open(sealed, endpointId)]);
    }
    return secrets;
  }
}
